package relay

import (
	"crypto/rand"
	"encoding/base64"
	"errors"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Words of more lines, or about as many bytes as three lines of IRC have room
// for at least, may be too long for a network where long words are a burden.
// Its adapter knows, and only then shows the page's address.
const (
	longLines = 3
	longBytes = 600
)

func long(words chat.Reply) bool {
	return len(words.Lines) > longLines || len(words.Plain()) > longBytes
}

// paste keeps the words of m as a page for a day and returns its address; an
// edit keeps the page's address. "" where there are no pages.
func (c Carrier) paste(tx Carrying, m chat.Message, source string) (string, error) {
	if c.Pages == "" {
		return "", nil
	}
	p, err := tx.PasteOf(source)
	if errors.Is(err, sprints.ErrNotFound) {
		p.Token = newToken()
	} else if err != nil {
		return "", err
	}
	p.Source, p.Who, p.Place, p.Text = source, m.From, c.label(m), m.Text
	p.At, p.Until = m.At, tx.Now().Add(sprints.PasteKept)
	return c.Pages + "/t/" + p.Token, tx.SavePaste(p)
}

// newToken is the unguessable part of a page's address.
func newToken() string {
	var token [16]byte
	_, _ = rand.Read(token[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(token[:])
}
