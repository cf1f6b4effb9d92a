package contract

import (
	"errors"
	"strings"
	"testing"
)

func reads[M any](build func(*fields) M) func(string) error {
	return func(body string) error {
		_, err := readMessage([]byte(body), build)
		return err
	}
}

func TestBrokenMessageSaysWhere(t *testing.T) {
	setTime, begin, complete := reads(readClockSetting), reads(readAttempt), reads(readCompletion)
	for _, broken := range []struct {
		read  func(string) error
		body  string
		where string
	}{
		{setTime, "", "$"},
		{setTime, "[]", "$"},
		{setTime, "null", "$"},
		{setTime, strings.Repeat("[", 100_000), "$"},
		{setTime, "\xff", "$"},
		{setTime, `{"instant": "2026-12-01T00:00:00Z"}`, "$.epoch"},
		{setTime, `{"instant": "2026-12-01T00:00:00Z", "epoch": true}`, "$.epoch"},
		{setTime, `{"instant": "2026-12-01T00:00:00Z", "epoch": 1.5}`, "$.epoch"},
		{setTime, `{"instant": "2026-02-30T00:00:00Z", "epoch": 1}`, "$.instant"},
		{setTime, `{"instant": "2026-12-01T00:00:00.5Z", "epoch": 1}`, "$.instant"},
		{setTime, `{"instant": "2026-12-01T00:00:00Z", "epoch": 1, "x": 1}`, "$.x"},
		{setTime, `{"instant": "2026-12-01T00:00:00Z", "Epoch": 1}`, "$.epoch"},
		{begin, `{"purpose": "fly", "service": "s", "environment": "online"}`, "$.purpose"},
		{begin, `{"purpose": "tap", "service": "", "environment": "online"}`, "$.service"},
		{begin, `{"purpose": "tap", "service": "s", "environment": "online", "holder": null}`, "$.holder"},
		{complete, `{"session": "s", "presentation": {"challenge": "AA", "certificate": ""}}`, "$.presentation.challenge"},
		{complete, `{"session": "s", "presentation": {"challenge": "AA\nA="}}`, "$.presentation.challenge"},
		{complete, `{"session": "s", "presentation": {"challenge": "", "certificate": "", "x": 1}}`, "$.presentation.x"},
	} {
		found := &brokenMessage{}
		if err := broken.read(broken.body); !errors.As(err, &found) || found.Where != broken.where {
			t.Errorf("%.80q: expected a broken message at %s, actual %v", broken.body, broken.where, err)
		}
	}
}

func TestWholeMessageIsRead(t *testing.T) {
	body := `{"session": "s", "presentation": {"challenge": "AAE=", "certificate": ""}}`
	message, err := readMessage([]byte(body), readCompletion)
	if err != nil || string(message.presentation.Challenge) != "\x00\x01" || message.presentation.Chip != nil {
		t.Errorf("actual %v, %v", message, err)
	}
}
