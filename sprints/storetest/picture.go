package storetest

import (
	"bytes"
	"testing"

	"sprintbot/sprints"
)

func testPictures(_ *testing.T, b *bench) {
	png := []byte("\x89PNG\r\n\x1a\n and so on")
	var token string
	b.write(func(tx sprints.Tx) {
		p := ok(sprints.KeepPicture(tx, "https://sprints.example.org", "Who came", "67 on Monday, 50 on Tuesday", png))
		token = p.Token
		equal(b, "its address", p.URL, "https://sprints.example.org/picture/"+token+".png")
		equal(b, "without a page", ok(sprints.KeepPicture(tx, "", "Who came", "67", png)).URL, "")
		got := ok(tx.Picture(token))
		equal(b, "kept", bytes.Equal(got.PNG, png) && got.Title == "Who came" && got.Alt == p.Alt, true)
		_, err := tx.Picture(token + "x")
		b.is("no such picture", err, sprints.ErrNotFound)
		for _, wrong := range []struct {
			title, alt string
			png        []byte
		}{{"", "x", png}, {"x", " ", png}, {"x", "x", []byte("GIF89a")}, {"x", "x", append(png, make([]byte, sprints.PictureMost)...)}} {
			if _, err := sprints.KeepPicture(tx, "", wrong.title, wrong.alt, wrong.png); err == nil {
				b.t.Errorf("kept a picture %q, %q of %d bytes", wrong.title, wrong.alt, len(wrong.png))
			}
		}
	})
	b.clock.Add(sprints.PictureKept)
	b.write(func(tx sprints.Tx) {
		_, err := tx.Picture(token)
		b.is("its time is over", err, sprints.ErrNotFound)
		equal(b, "pruned", ok(tx.PrunePictures(tx.Now())), 2)
	})
}
