#!/bin/sh
# Whether a chip is genuine, by openssl alone and one anchor (spec/card.md §2.2, §2.3):
#
#   1  the anchor's key signed the card-verifiable certificate (CVC) of a municipality's key
#   2  that key signed the birth record, which holds the chip's key
#   3  the chip's key signed our nonce
#
# verify_tap.sh ANCHOR.pem CVC BIRTH_RECORD NONCE SIGNATURE     exit code 0, or the number of the step that failed
set -eu
anchor=$1 cvc=$2 record=$3 nonce=$4 signature=$5
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cut_out() { # FILE OFFSET LENGTH
    tail -c "+$(($2 + 1))" "$1" | head -c "$3"
}

key_at() { # FILE OFFSET NAME: 90 03 010001 91 82 0100 and 256 octets of modulus become a public key as PEM
    [ "$(cut_out "$1" "$2" 9 | od -An -tx1 | tr -d ' \n')" = 900301000191820100 ] || return 1
    modulus=$(cut_out "$1" "$(($2 + 9))" 256 | od -An -v -tx1 | tr -d ' \n')
    cat > "$folder/$3.cnf" <<EOF
asn1=SEQUENCE:spki
[spki]
algorithm=SEQUENCE:algorithm
key=BITWRAP,SEQUENCE:key
[algorithm]
identifier=OID:rsaEncryption
parameters=NULL
[key]
modulus=INTEGER:0x$modulus
exponent=INTEGER:65537
EOF
    openssl asn1parse -genconf "$folder/$3.cnf" -noout -out "$folder/$3.der"
    openssl pkey -pubin -inform DER -in "$folder/$3.der" -out "$folder/$3.pem"
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
key_at "$cvc" 42 municipality || step 1 "no key in the CVC"

# FF10 82 021E { DF11 08 [8]  DF12 82 0109 [265]  DF13 82 0100 [256] }
[ "$(wc -c < "$record")" -ge 547 ] || step 2 "a birth record has 547 octets"
cut_out "$record" 5 281 > "$folder/record.signed"
cut_out "$record" 291 256 > "$folder/record.signature"
signed_by "$folder/municipality.pem" "$folder/record.signature" "$folder/record.signed" ||
    step 2 "the municipality did not sign this record"
key_at "$record" 21 chip || step 2 "no key in the record"

signed_by "$folder/chip.pem" "$signature" "$nonce" || step 3 "the chip of this record did not sign the nonce"
echo "genuine: born $(cut_out "$record" 8 8)"
