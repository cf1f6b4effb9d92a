package contract

import "time"

// AuthorityAnchor is a certification authority to trust, as its self-signed certificate (DER).
type AuthorityAnchor struct {
	Kind        Kind
	Certificate []byte
}

// CardIssuerAnchor is a card-issuer key of the second PKI: 16 bytes of key id, DER SubjectPublicKeyInfo.
type CardIssuerAnchor struct {
	KeyID []byte
	Key   []byte
}

// StatusAddress is where the status of one kind of certificate is asked: OCSP, and the index of the revocation lists.
type StatusAddress struct {
	Kind Kind
	OCSP string
	CRL  string
}

// Terminal is who a terminal is: only one whose credential is right may be told an enrolled birth date.
type Terminal struct {
	ID         string
	Credential string
}

// Service is a service of the product, and what it offers.
type Service struct {
	ID       string
	Purposes []Purpose
}

// Configuration is all that the product must know of the world it is tested in.
type Configuration struct {
	Authorities []AuthorityAnchor
	CardIssuers []CardIssuerAnchor
	Status      []StatusAddress
	Terminals   []Terminal
	Services    []Service
}

// Attempt is a person who stands at a terminal and wants something.
type Attempt struct {
	Purpose     Purpose
	Service     string
	Environment Environment
	Terminal    *Terminal // nil: not said
	Holder      []byte    // the certificate that the terminal read (DER); nil: not said
}

// ChipProof is an internal authentication by the 券面事項確認AP: its EF 0001 and EF 0004, and the chip's signature.
type ChipProof struct {
	BirthRecord []byte
	CVC         []byte
	Signature   []byte
}

// Presentation is what the terminal collected from the card; which parts are there (not nil) depends on the purpose.
type Presentation struct {
	Challenge         []byte
	Certificate       []byte
	Signature         []byte
	DocumentSignature []byte
	Chip              *ChipProof
}

type clockSetting struct {
	instant time.Time
	epoch   int64
}

type completion struct {
	session      string
	presentation Presentation
}

func readHello(f *fields) struct{} {
	if contract := f.text("contract"); contract != Version {
		f.breaks("another contract", f.at("contract"), Version, quoted(contract))
	}
	return struct{}{}
}

func readNothing(*fields) struct{} { return struct{}{} }

func readConfiguration(f *fields) Configuration {
	return Configuration{
		Authorities: list(f, "authorities", func(f *fields) AuthorityAnchor {
			return AuthorityAnchor{Kind: word(f, "kind", kinds), Certificate: f.data("certificate")}
		}),
		CardIssuers: list(f, "card_issuers", func(f *fields) CardIssuerAnchor {
			return CardIssuerAnchor{KeyID: f.data("key_id"), Key: f.data("key")}
		}),
		Status: list(f, "status", func(f *fields) StatusAddress {
			return StatusAddress{Kind: word(f, "kind", kinds), OCSP: f.text("ocsp"), CRL: f.text("crl")}
		}),
		Terminals: list(f, "terminals", readTerminal),
		Services: list(f, "services", func(f *fields) Service {
			return Service{ID: f.name("id"), Purposes: words(f, "purposes", purposes)}
		}),
	}
}

func readClockSetting(f *fields) clockSetting {
	return clockSetting{instant: f.instant("instant"), epoch: f.number("epoch")}
}

func readAttempt(f *fields) Attempt {
	attempt := Attempt{
		Purpose:     word(f, "purpose", purposes),
		Service:     f.name("service"),
		Environment: word(f, "environment", environments),
	}
	if f.has("terminal") {
		terminal := readTerminal(f.part("terminal"))
		attempt.Terminal = &terminal
	}
	if f.has("holder") {
		attempt.Holder = f.part("holder").data("certificate")
	}
	return attempt
}

func readCompletion(f *fields) completion {
	return completion{session: f.name("session"), presentation: readPresentation(f.part("presentation"))}
}

func readCertificate(f *fields) []byte { return f.data("certificate") }

func readTerminal(f *fields) Terminal {
	return Terminal{ID: f.name("id"), Credential: f.name("credential")}
}

func readPresentation(f *fields) Presentation {
	presentation := Presentation{Challenge: f.data("challenge"), Certificate: f.data("certificate")}
	if f.has("signature") {
		presentation.Signature = f.data("signature")
	}
	if f.has("document_signature") {
		presentation.DocumentSignature = f.data("document_signature")
	}
	if f.has("chip") {
		chip := f.part("chip")
		presentation.Chip = &ChipProof{
			BirthRecord: chip.data("birth_record"), CVC: chip.data("cvc"), Signature: chip.data("signature"),
		}
	}
	return presentation
}
