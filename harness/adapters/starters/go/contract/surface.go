package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
)

const (
	prefix      = "/kazashi/v1/"
	longestBody = 1 << 20
	// discarded is how much of a body that is too long is read and thrown away: whoever still writes does not read
	// our answer.
	discarded = 16 << 20
)

// verb reads a message, asks the product, and returns the answer.
type verb func(r *http.Request, body []byte) (any, error)

// Handler is the surface of contract 1.0 over HTTP: POST /kazashi/v1/<verb>, one JSON object each way. It decides
// nothing. 200 with the product's answer, whatever was decided; 400 for a broken message, 404 for an unknown path, 405
// for another method, 413 for a body over 1 MiB; 500 when the product failed, which is no refusal but a fault.
func Handler(product Product) http.Handler {
	return surface{verbs: verbsOf(product)}
}

type surface struct{ verbs map[string]verb }

func (s surface) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := s.answer(r)
	if err == nil {
		var encoded []byte
		if encoded, err = json.Marshal(answer); err == nil {
			send(w, http.StatusOK, encoded)
			return
		}
	}
	broken := &brokenMessage{}
	if !errors.As(err, &broken) {
		const actual = "a fault, see its log"
		broken = &brokenMessage{http.StatusInternalServerError, "the adapter failed", "product", "an answer", actual}
		log.Printf("the product failed: %v", err)
	}
	log.Printf("%d %.100q: %v", broken.HTTP, r.URL.Path, broken)
	encoded, _ := json.Marshal(map[string]*brokenMessage{"error": broken}) // strings only: cannot fail
	send(w, broken.HTTP, encoded)
}

func (s surface) answer(r *http.Request) (answer any, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			answer, err = nil, fmt.Errorf("panic: %v\n%s", fault, debug.Stack())
		}
	}()
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	verb, known := s.verbs[strings.TrimPrefix(r.URL.Path, prefix)]
	if !known || !strings.HasPrefix(r.URL.Path, prefix) {
		return nil, &brokenMessage{http.StatusNotFound, "unknown path", "path", prefix + "<verb>", quoted(r.URL.Path)}
	}
	if r.Method != http.MethodPost {
		return nil, &brokenMessage{http.StatusMethodNotAllowed, "wrong method", "method", http.MethodPost, quoted(r.Method)}
	}
	return verb(r, body)
}

func verbsOf(product Product) map[string]verb {
	nothing := struct{}{}
	return map[string]verb{
		"hello": func(_ *http.Request, body []byte) (any, error) {
			if _, err := readMessage(body, readHello); err != nil {
				return nil, err
			}
			return product.Hello(), nil
		},
		"configure": func(r *http.Request, body []byte) (any, error) {
			configuration, err := readMessage(body, readConfiguration)
			if err != nil {
				return nil, err
			}
			return nothing, product.Configure(r.Context(), configuration)
		},
		"reset": func(r *http.Request, body []byte) (any, error) {
			if _, err := readMessage(body, readNothing); err != nil {
				return nil, err
			}
			return nothing, product.Reset(r.Context())
		},
		"set_time": func(r *http.Request, body []byte) (any, error) {
			setting, err := readMessage(body, readClockSetting)
			if err != nil {
				return nil, err
			}
			epoch, err := product.SetTime(r.Context(), setting.instant, setting.epoch)
			return map[string]int64{"epoch": epoch}, err
		},
		"begin": func(r *http.Request, body []byte) (any, error) {
			attempt, err := readMessage(body, readAttempt)
			if err != nil {
				return nil, err
			}
			return product.Begin(r.Context(), attempt)
		},
		"complete": func(r *http.Request, body []byte) (any, error) {
			message, err := readMessage(body, readCompletion)
			if err != nil {
				return nil, err
			}
			return product.Complete(r.Context(), message.session, message.presentation)
		},
		"account": func(r *http.Request, body []byte) (any, error) {
			certificate, err := readMessage(body, readCertificate)
			if err != nil {
				return nil, err
			}
			account, err := product.Account(r.Context(), certificate)
			return map[string]*Account{"account": account}, err
		},
	}
}

// readBody returns the body, of which no more is kept than may come.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody+1))
	if err != nil {
		return nil, &brokenMessage{http.StatusBadRequest, "broken body", "body", "a whole body", err.Error()}
	}
	if len(body) > longestBody {
		_, _ = io.CopyN(io.Discard, r.Body, discarded) // the answer is the same whether that went well or not
		expected := fmt.Sprintf("at most %d bytes", longestBody)
		return nil, &brokenMessage{http.StatusRequestEntityTooLarge, "oversized message", "body", expected, "more"}
	}
	return body, nil
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // nobody is left to be told
}
