package main

import (
	"errors"
	"path/filepath"
	"testing"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// A picture that the bot keeps is what an adapter gets by its token.
func TestAnAdapterGetsThePicturesThatAreKept(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "p.db"), sqlite.Options{Normal: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	const png = "\x89PNG\r\n\x1a\n and so on"
	var p *chat.Picture
	if err := store.Write(t.Context(), func(tx sprints.Tx) (err error) {
		p, err = sprints.KeepPicture(tx, "", "Who came", "67 on Monday", []byte(png))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	get := pastOf(store, "pycon").picture
	if got, err := get(t.Context(), p.Token); err != nil || string(got) != png {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := get(t.Context(), "another"); !errors.Is(err, sprints.ErrNotFound) {
		t.Errorf("another token: %v", err)
	}
}
