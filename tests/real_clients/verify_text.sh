#!/bin/sh
# Whether the number and the four attributes are what a municipality wrote, by openssl alone and one anchor
# (spec/card.md §2.2):
#
#   1  the anchor's key signed the card-verifiable certificate (CVC, EF 0004) of a municipality's key
#   2  that key signed the two hashes of the integrity record (EF 0003)
#   3  one is the hash of the number file (EF 0001) as it lies there, filler too
#   4  the other is the hash of what follows the table of offsets in the attributes file (EF 0002)
#
# verify_text.sh ANCHOR.pem CVC INTEGRITY NUMBER ATTRIBUTES     exit code 0, or the number of the step that failed
set -eu
anchor=$1 cvc=$2 integrity=$3 number=$4 attributes=$5
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cut_out() { # FILE OFFSET LENGTH
    tail -c "+$(($2 + 1))" "$1" | head -c "$3"
}

hex_at() { # FILE OFFSET LENGTH
    cut_out "$1" "$2" "$3" | od -An -v -tx1 | tr -d ' \n'
}

hash_of() { # FILE
    openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
}

signed_by() { # KEY.pem SIGNATURE MESSAGE
    openssl dgst -sha256 -verify "$1" -signature "$2" "$3" > "$folder/said" 2>&1 && grep -q '^Verified OK$' "$folder/said"
}

step() { # NUMBER WHAT
    echo "step $1: $2"
    exit "$1"
}

# 7F21 82 0233 { 5F4E 82 0129 [297 octets]  5F37 82 0100 [256] }
[ "$(wc -c < "$cvc")" -eq 568 ] || step 1 "a CVC has 568 octets"
cut_out "$cvc" 10 297 > "$folder/cvc.body"
cut_out "$cvc" 312 256 > "$folder/cvc.signature"
signed_by "$anchor" "$folder/cvc.signature" "$folder/cvc.body" || step 1 "the anchor did not sign this CVC"
[ "$(hex_at "$cvc" 42 9)" = 900301000191820100 ] || step 1 "no key in the CVC"
cat > "$folder/key.cnf" <<EOF
asn1=SEQUENCE:spki
[spki]
algorithm=SEQUENCE:algorithm
key=BITWRAP,SEQUENCE:key
[algorithm]
identifier=OID:rsaEncryption
parameters=NULL
[key]
modulus=INTEGER:0x$(hex_at "$cvc" 51 256)
exponent=INTEGER:65537
EOF
openssl asn1parse -genconf "$folder/key.cnf" -noout -out "$folder/key.der"
openssl pkey -pubin -inform DER -in "$folder/key.der" -out "$folder/municipality.pem"

# FF30 82 014B { DF31 20 [32]  DF32 20 [32]  DF33 82 0100 [256] }
[ "$(wc -c < "$integrity")" -eq 336 ] || step 2 "an integrity record has 336 octets"
cut_out "$integrity" 5 70 > "$folder/hashes"
cut_out "$integrity" 80 256 > "$folder/signature"
signed_by "$folder/municipality.pem" "$folder/signature" "$folder/hashes" ||
    step 2 "the municipality did not sign this record"

[ "$(wc -c < "$number")" -eq 17 ] || step 3 "a number file has 17 octets"
[ "$(hash_of "$number")" = "$(hex_at "$integrity" 8 32)" ] || step 3 "this number is not the one that was signed"

# FF20 LL or 82 LLLL { DF21 08 [8]  DF22 …  DF23 …  DF24 08 [8]  DF25 01 [1] }, and filler
case $(hex_at "$attributes" 2 1) in
    82) begins=5 length=$((0x$(hex_at "$attributes" 3 2))) ;;
    *) begins=3 length=$((0x$(hex_at "$attributes" 2 1))) ;;
esac
[ "$(hex_at "$attributes" "$begins" 3)" = df2108 ] || step 4 "no table of offsets"
cut_out "$attributes" "$((begins + 11))" "$((length - 11))" > "$folder/attributes"
[ "$(hash_of "$folder/attributes")" = "$(hex_at "$integrity" 43 32)" ] ||
    step 4 "these attributes are not those that were signed"
echo "signed: number $(cut_out "$number" 3 12)"
