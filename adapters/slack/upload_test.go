package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const png = "\x89PNG\r\n\x1a\n and so on"

// picturing is a bench whose bot has one picture.
func picturing(t *testing.T, opts ...slackdouble.Option) *bench {
	b := newBench(t, opts...)
	b.n.picturePNG = func(_ context.Context, token string) ([]byte, error) {
		if token != "token" {
			return nil, sprints.ErrNotFound
		}
		return []byte(png), nil
	}
	return b.run()
}

func (b *bench) picture(key, token string) chat.Outgoing {
	return chat.Outgoing{Key: key, To: chat.Place{Network: "pycon", Channel: "#sprints"}, Kind: chat.Said, Reply: chat.Reply{
		Lines:   []chat.Line{{Role: chat.Plain, Cells: []chat.Text{chat.Plainly("A quarter fewer than yesterday.")}}},
		Picture: &chat.Picture{Token: token, Title: "Who came", Alt: "67 on Monday, 50 on Tuesday", URL: "https://sprints.example.org/picture/x.png"},
	}}
}

// posted are the posts of a channel, as JSON.
func (b *bench) pictured() (shown, told int) {
	for _, p := range b.d.Posts() {
		if strings.Contains(string(p.Blocks), `"slack_file"`) {
			shown++
			if !strings.Contains(string(p.Blocks), `"alt_text":"67 on Monday, 50 on Tuesday"`) || !strings.Contains(string(p.Blocks), `"text":"Who came"`) ||
				!strings.Contains(p.Text, "Who came: ") {
				b.t.Errorf("posted %s, %s", p.Text, p.Blocks)
			}
		} else if strings.Contains(string(p.Blocks), "67 on Monday") && strings.Contains(string(p.Blocks), "https://sprints.example.org/picture/x.png") {
			told++
		}
	}
	return shown, told
}

func TestAPictureIsUploadedAndShownWithWordsForWhoDoesNotSeeIt(t *testing.T) {
	b := picturing(t)
	root := b.d.Say("ada.l", "#sprints", "how many came?")
	out := b.picture("k", "token")
	out.To.Thread = root
	for _, out := range []chat.Outgoing{out, b.picture("again", "token")} {
		for _, got := range b.send(out) {
			if got.err != nil {
				t.Fatal(got.err)
			}
		}
	}
	if shown, told := b.pictured(); shown != 2 || told != 0 {
		t.Errorf("shown %d times, told %d times", shown, told)
	}
	if p := b.d.Posts(); p[0].Thread != root || p[1].Thread != "" {
		t.Errorf("posted in %q and %q", p[0].Thread, p[1].Thread)
	}
	up := b.d.Uploads()
	if len(up) != 1 || !up[0].Complete || !bytes.Equal(up[0].Data, []byte(png)) || up[0].Title != "Who came" || up[0].Alt != "67 on Monday, 50 on Tuesday" {
		t.Errorf("uploaded %+v", up)
	}
}

func TestAPictureIsSeenOnceWhateverAnswersAreLost(t *testing.T) {
	for _, method := range []string{"files.getUploadURLExternal", "files.completeUploadExternal", "chat.postMessage"} {
		b := picturing(t)
		b.d.Fail(slackdouble.Fault{Method: method, Times: 1, AfterSuccess: true})
		got := b.send(b.picture("k", "token"))
		if got[0].err != nil { // the sender looks it up, does not find it, and tries again
			part := b.n.Render(b.picture("k", "token"))[0]
			if _, found, err := b.n.Find(t.Context(), part, ""); err != nil || found {
				t.Errorf("%s: found %v, %v", method, found, err)
			}
			got = b.send(b.picture("k", "token"))
		}
		if shown, told := b.pictured(); got[0].err != nil || shown != 1 || told != 0 {
			t.Errorf("%s: %v, shown %d times, told %d times", method, got[0].err, shown, told)
		}
	}
}

func TestAPictureWaitsAsSlackAsks(t *testing.T) {
	for _, method := range []string{"files.getUploadURLExternal", "files.completeUploadExternal", "chat.postMessage"} {
		b := picturing(t)
		b.d.Fail(slackdouble.Fault{Method: method, Times: 1, RetryAfter: 3 * time.Second})
		var wait *chat.RetryAfter
		if got := b.send(b.picture("k", "token")); !errors.As(got[0].err, &wait) || wait.Wait != 3*time.Second {
			t.Errorf("%s: %v", method, got[0].err)
		}
		if got := b.send(b.picture("k", "token")); got[0].err != nil {
			t.Errorf("%s: then %v", method, got[0].err)
		}
		if shown, _ := b.pictured(); shown != 1 {
			t.Errorf("%s: shown %d times", method, shown)
		}
	}
}

func TestAPictureThatSlackDoesNotKnowYetWaitsAndIsElseToldInWords(t *testing.T) {
	b := picturing(t)
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Times: 2, Error: "invalid_blocks"})
	tries := 0
	for wait := new(chat.RetryAfter); ; tries++ {
		got := b.send(b.picture("k", "token"))
		if got[0].err == nil {
			break
		}
		if !errors.As(got[0].err, &wait) {
			t.Fatal(got[0].err)
		}
	}
	if shown, _ := b.pictured(); tries != 2 || shown != 1 {
		t.Errorf("shown %d times after %d tries", shown, tries)
	}
	b = picturing(t)
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Times: pictureTries, Error: "invalid_blocks"})
	for range pictureTries {
		b.send(b.picture("k", "token"))
	}
	b.send(b.picture("k", "token"))
	if shown, told := b.pictured(); shown != 0 || told != 1 {
		t.Errorf("shown %d times, told %d times", shown, told)
	}
}

func TestOfAPictureThatTheLinesTellOnlyTheAddressIsSaidWhereItIsNotShown(t *testing.T) {
	told := func(b *bench) slackdouble.Post {
		out := b.picture("k", "token")
		out.Reply.Picture.Told = true
		if got := b.send(out); got[0].err != nil {
			t.Fatal(got[0].err)
		}
		return b.d.Posts()[0]
	}
	p := told(picturing(t, slackdouble.WithoutScope("files:write")))
	if blocks := string(p.Blocks); strings.Contains(blocks, "67 on Monday") || strings.Count(blocks, "https://sprints.example.org/picture/x.png") != 1 ||
		p.Text != "A quarter fewer than yesterday." {
		t.Errorf("not shown: %s, %s", p.Text, blocks)
	}
	p = told(picturing(t))
	if blocks := string(p.Blocks); !strings.Contains(blocks, `"alt_text":"67 on Monday, 50 on Tuesday"`) || p.Text != "A quarter fewer than yesterday." {
		t.Errorf("shown: %s, %s", p.Text, blocks)
	}
}

func TestAPictureThatMayNotBeShownIsToldInWords(t *testing.T) {
	b := picturing(t, slackdouble.WithoutScope("files:write"))
	for _, token := range []string{"token", "of yesterday"} {
		if got := b.send(b.picture("k "+token, token)); got[0].err != nil {
			t.Error(got[0].err)
		}
	}
	if shown, told := b.pictured(); shown != 0 || told != 2 {
		t.Errorf("shown %d times, told %d times", shown, told)
	}
}

// A picture that goes to many places at once is refused in all of them while Slack looks at it.
func TestAPictureForManyPlacesWaitsInEach(t *testing.T) {
	b := picturing(t)
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Times: 8, Error: "invalid_blocks"})
	var wait *chat.RetryAfter
	for i := range 8 {
		room := b.d.AddChannel(slackdouble.Channel{Name: fmt.Sprint("room", i)})
		out := b.picture("k", "token")
		out.To.Channel = room
		if got := b.send(out); !errors.As(got[0].err, &wait) {
			t.Errorf("%v", got[0].err)
		}
	}
	b.send(b.picture("k", "token"))
	if shown, told := b.pictured(); shown != 1 || told != 0 {
		t.Errorf("shown %d times, told %d times", shown, told)
	}
}
