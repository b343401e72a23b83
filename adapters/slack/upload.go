package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const (
	pictureTries = 5               // posts in one place with a picture that Slack does not know yet
	pictureWait  = 2 * time.Second // between them
	picturesKept = 100             // of which it is remembered that they are uploaded
)

// uploads are the pictures that Slack has, by their tokens.
type uploads struct {
	mu    sync.Mutex
	all   map[string]*upload
	older []string
}

type upload struct {
	mu    sync.Mutex     // held while it is uploaded
	file  string         // Slack's id, "" none
	tries map[string]int // by channel
	words bool           // it can't be shown
}

func (u *uploads) of(token string) *upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.all == nil {
		u.all = map[string]*upload{}
	}
	one := u.all[token]
	if one == nil {
		one = &upload{tries: map[string]int{}}
		u.all[token] = one
		if u.older = append(u.older, token); len(u.older) > picturesKept {
			delete(u.all, u.older[0])
			u.older = u.older[1:]
		}
	}
	return one
}

// show is a picture as blocks of the post that is about to go. It is uploaded before, to nowhere: only the post shows it, and
// that is looked up after a lost answer as any other, so that it is seen once. Where it can't be shown it is told in words.
func (n *Network) show(ctx context.Context, p chat.Picture) ([]slackapi.Block, error) {
	u := n.uploads.of(p.Token)
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.file == "" && !u.words {
		file, err := n.upload(ctx, p)
		err = classified(err)
		_, place := errors.AsType[*chat.ErrPlace](err)
		_, refused := errors.AsType[*chat.ErrRefused](err)
		switch {
		case err == nil:
			u.file = file
		case place || refused || errors.Is(err, sprints.ErrNotFound):
			u.words = true
			n.log.Warn("a picture is told in words", "error", err)
		default:
			return nil, err
		}
	}
	if u.words {
		return n.reply(p.Lines()).Blocks, nil
	}
	title := slackapi.NewTextBlockObject(slackapi.PlainTextType, clip(clean(p.Title), titleUnits), false, false)
	return []slackapi.Block{slackapi.NewImageBlockSlackFile(&slackapi.SlackFileObject{ID: u.file}, clip(clean(p.Alt), altUnits), "", title)}, nil
}

// upload gives a picture to Slack, shared with nobody yet.
func (n *Network) upload(ctx context.Context, p chat.Picture) (file string, err error) {
	if n.picturePNG == nil {
		return "", sprints.ErrNotFound
	}
	png, err := n.picturePNG(ctx, p.Token)
	if err != nil {
		return "", err
	}
	name := "chart.png"
	to, err := n.api.GetUploadURLExternalContext(ctx, slackapi.GetUploadURLExternalParameters{
		FileName: name, FileSize: len(png), AltTxt: clip(clean(p.Alt), altUnits)})
	if err != nil {
		return "", err
	}
	if err := n.api.UploadToURL(ctx, slackapi.UploadToURLParameters{UploadURL: to.UploadURL, Reader: bytes.NewReader(png), Filename: name}); err != nil {
		return "", err
	}
	done, err := n.api.CompleteUploadExternalContext(ctx, slackapi.CompleteUploadExternalParameters{
		Files: []slackapi.FileSummary{{ID: to.FileID, Title: p.Title}}})
	if err != nil {
		return "", err
	}
	if len(done.Files) != 1 {
		return "", fmt.Errorf("files.completeUploadExternal: %d files", len(done.Files))
	}
	return done.Files[0].ID, nil
}

// unready makes of the refusal of a post with a picture what it means: Slack may not have looked at the file yet. When it
// never takes it, the picture is told in words.
func (n *Network) unready(token, channel string, err error) error {
	said, ok := errors.AsType[slackapi.SlackErrorResponse](err)
	u := n.uploads.of(token)
	u.mu.Lock()
	defer u.mu.Unlock()
	if !ok || said.Err != "invalid_blocks" || u.words {
		return err
	}
	u.tries[channel]++
	u.words = u.tries[channel] >= pictureTries
	return &chat.RetryAfter{Wait: pictureWait}
}
