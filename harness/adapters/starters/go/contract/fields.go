package contract

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const longestName = 128

var (
	instantForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`)
	control     = regexp.MustCompile(`[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]`)
)

// brokenMessage is a message outside the contract: what is wrong, where, and both sides. Values are not repeated in
// it, but for words: a credential must not come back in an error.
type brokenMessage struct {
	HTTP     int    `json:"-"`
	What     string `json:"what"`
	Where    string `json:"where"`
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
}

func (b *brokenMessage) Error() string {
	return fmt.Sprintf("%s at %s: expected %s, actual %s", b.What, b.Where, b.Expected, b.Actual)
}

// readMessage returns the message that build makes of the fields in body.
func readMessage[M any](body []byte, build func(*fields) M) (M, error) {
	reading := &reading{}
	var none M
	if !utf8.Valid(body) {
		reading.breaks("broken JSON", "$", "one JSON object in UTF-8", "bytes that are no UTF-8")
		return none, reading.broken
	}
	if !json.Valid(body) {
		reading.breaks("broken JSON", "$", "one JSON object in UTF-8", fmt.Sprintf("%d bytes that are no JSON", len(body)))
		return none, reading.broken
	}
	message := build(reading.fields(body, "$"))
	reading.refuseRest()
	if reading.broken != nil {
		return none, reading.broken
	}
	return message, nil
}

// reading is one message being read: the first thing that is wrong with it, and all its objects.
type reading struct {
	broken  *brokenMessage
	objects []*fields
}

func (r *reading) breaks(what, where, expected, actual string) {
	if r.broken == nil {
		r.broken = &brokenMessage{HTTP: http.StatusBadRequest, What: what, Where: where, Expected: expected, Actual: actual}
	}
}

// refuseRest refuses fields that nobody asked for.
func (r *reading) refuseRest() {
	for _, object := range r.objects {
		unknown := make([]string, 0)
		for name := range object.values {
			if !object.asked[name] {
				unknown = append(unknown, name)
			}
		}
		sort.Strings(unknown)
		if len(unknown) > 0 {
			r.breaks("unknown field", object.at(unknown[0]), "absent", "present")
		}
	}
}

// fields are those of one JSON object. After the first thing that is wrong they give zero values.
type fields struct {
	*reading
	values map[string]json.RawMessage
	where  string
	asked  map[string]bool
}

func (r *reading) fields(raw json.RawMessage, where string) *fields {
	object := &fields{reading: r, where: where, asked: map[string]bool{}}
	if kind := kindOf(raw); kind != "object" {
		r.breaks("wrong type", where, "object", kind)
	} else if err := json.Unmarshal(raw, &object.values); err != nil {
		r.breaks("broken JSON", where, "object", err.Error())
	}
	r.objects = append(r.objects, object)
	return object
}

func (f *fields) at(name string) string { return f.where + "." + shortened(name) }

func (f *fields) has(name string) bool {
	_, there := f.values[name]
	return there
}

// value returns a field of this kind of JSON value, or nil.
func (f *fields) value(name, kind string) json.RawMessage {
	f.asked[name] = true
	raw, there := f.values[name]
	if !there {
		f.breaks("missing field", f.at(name), "present", "absent")
		return nil
	}
	if actual := kindOf(raw); actual != kind {
		f.breaks("wrong type", f.at(name), kind, actual)
		return nil
	}
	return raw
}

func (f *fields) text(name string) string {
	return f.unquoted(f.value(name, "string"), f.at(name))
}

func (f *fields) unquoted(raw json.RawMessage, where string) string {
	var text string
	if raw != nil {
		if err := json.Unmarshal(raw, &text); err != nil {
			f.breaks("broken JSON", where, "string", err.Error())
		}
	}
	return text
}

// name returns a string of 1 to 128 characters without control characters.
func (f *fields) name(name string) string {
	text := f.text(name)
	if length := utf8.RuneCountInString(text); length < 1 || length > longestName || control.MatchString(text) {
		expected := fmt.Sprintf("1 to %d characters, no control characters", longestName)
		f.breaks("unusable name", f.at(name), expected, fmt.Sprintf("%d characters", length))
	}
	return text
}

func (f *fields) number(name string) int64 {
	raw := f.value(name, "number")
	if raw == nil {
		return 0
	}
	number, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		f.breaks("wrong type", f.at(name), "integer", "number")
	}
	return number
}

// data returns bytes, which are base64 with padding in JSON.
func (f *fields) data(name string) []byte {
	text := f.text(name)
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		f.breaks("broken base64", f.at(name), "base64 with padding", err.Error())
	} else if strings.ContainsAny(text, "\r\n") { // the package passes over them
		f.breaks("broken base64", f.at(name), "base64 with padding", "line breaks")
	}
	return data
}

// instant returns an instant such as 2026-11-21T00:15:00Z.
func (f *fields) instant(name string) time.Time {
	text := f.text(name)
	instant, err := time.Parse("2006-01-02T15:04:05Z", text)
	if err != nil || !instantForm.MatchString(text) {
		f.breaks("unusable instant", f.at(name), "an instant such as 2026-11-21T00:15:00Z", "something else")
	}
	return instant
}

func (f *fields) part(name string) *fields {
	raw := f.value(name, "object")
	if raw == nil {
		return &fields{reading: f.reading, where: f.at(name), asked: map[string]bool{}}
	}
	return f.fields(raw, f.at(name))
}

func (f *fields) items(name string) []json.RawMessage {
	var items []json.RawMessage
	if raw := f.value(name, "array"); raw != nil {
		if err := json.Unmarshal(raw, &items); err != nil {
			f.breaks("broken JSON", f.at(name), "array", err.Error())
		}
	}
	return items
}

// word returns a word of a closed list.
func word[W ~string](f *fields, name string, known []W) W {
	raw := f.value(name, "string")
	if raw == nil {
		return ""
	}
	return oneOf(f, raw, f.at(name), known)
}

// words returns a list of words of a closed list.
func words[W ~string](f *fields, name string, known []W) []W {
	found := []W{}
	for number, raw := range f.items(name) {
		found = append(found, oneOf(f, raw, fmt.Sprintf("%s[%d]", f.at(name), number), known))
	}
	return found
}

// list returns what build makes of each object of a list.
func list[T any](f *fields, name string, build func(*fields) T) []T {
	found := []T{}
	for number, raw := range f.items(name) {
		found = append(found, build(f.fields(raw, fmt.Sprintf("%s[%d]", f.at(name), number))))
	}
	return found
}

func oneOf[W ~string](f *fields, raw json.RawMessage, where string, known []W) W {
	if kind := kindOf(raw); kind != "string" {
		f.breaks("wrong type", where, "string", kind)
		return ""
	}
	text := W(f.unquoted(raw, where))
	names := make([]string, 0, len(known))
	for _, each := range known {
		if each == text {
			return text
		}
		names = append(names, string(each))
	}
	f.breaks("unknown word", where, strings.Join(names, ", "), quoted(string(text)))
	return ""
}

// kindOf returns what JSON calls the type of a value.
func kindOf(raw json.RawMessage) string {
	switch strings.TrimLeft(string(raw), " \t\r\n")[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	default:
		return "number"
	}
}

func shortened(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40])
	}
	return text
}

func quoted(text string) string { return strconv.QuoteToASCII(shortened(text)) }
