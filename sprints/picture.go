package sprints

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"sprintbot/sprints/chat"
)

const (
	// PictureKept is how long a picture is kept.
	PictureKept = 24 * time.Hour
	// PictureMost is how many bytes its PNG may have.
	PictureMost = 1 << 20
)

// Picture is one that the bot made: a chart. Only those who were given its
// address find it.
type Picture struct {
	Token string // unguessable, of its address
	Title string
	Alt   string // what it shows, in words
	PNG   []byte
	Until time.Time
}

// PictureReader reads pictures.
type PictureReader interface {
	// Picture is the one with a token, ErrNotFound when there is none or its
	// time is over.
	Picture(token string) (Picture, error)
}

// PictureWriter keeps pictures.
type PictureWriter interface {
	PictureReader
	// SavePicture keeps p.
	SavePicture(p Picture) error
	// PrunePictures removes those whose time was over at t and returns how many.
	PrunePictures(t time.Time) (int, error)
}

// KeepPicture keeps a picture for a day and gives it as a reply carries it:
// with an address under pages, the page's public one, or without if that is "".
// It is an error if nobody is told in words what it shows.
func KeepPicture(tx interface {
	Clocked
	PictureWriter
}, pages, title, alt string, png []byte) (*chat.Picture, error) {
	switch {
	case strings.TrimSpace(title) == "" || strings.TrimSpace(alt) == "":
		return nil, errors.New("a picture needs a title and words for what it shows")
	case !bytes.HasPrefix(png, []byte("\x89PNG\r\n\x1a\n")) || len(png) > PictureMost:
		return nil, errors.New("a picture is a PNG of at most a megabyte")
	}
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	p := Picture{Token: base64.RawURLEncoding.EncodeToString(random[:]), Title: title, Alt: alt, PNG: png, Until: tx.Now().Add(PictureKept)}
	shown := chat.Picture{Token: p.Token, Title: title, Alt: alt}
	if pages != "" {
		shown.URL = pages + "/picture/" + p.Token + ".png"
	}
	return &shown, tx.SavePicture(p)
}
