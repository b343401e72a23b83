package slackdouble

import (
	"context"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Metadata is what a post carries for its app.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

// Post is one post, update or delete that the double accepted from the app.
type Post struct {
	Method      string // "chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete", "response_url"
	Channel     string // id
	ChannelName string // "" for a direct message
	Direct      string // the user id whose direct message this is, else ""
	To          string // the user id who alone sees an ephemeral post, else ""
	Thread, TS  string
	Text        string // as sent, Slack's escapes in it
	Username    string
	Icon        string // the address of a picture, or :name: of an emoji
	Blocks      json.RawMessage
	Metadata    *Metadata
	At          time.Time
}

var marks = regexp.MustCompile(`<([^<>|]+)(?:\|([^<>]*))?>`)

// Plain is the post's text as a person reads it: escapes undone, a link as its label with the address behind it, a
// mention as @ and the id.
func (p Post) Plain() string {
	return html.UnescapeString(marks.ReplaceAllStringFunc(p.Text, func(m string) string {
		parts := marks.FindStringSubmatch(m)
		if parts[2] != "" && parts[2] != parts[1] {
			return parts[2] + " (" + parts[1] + ")"
		}
		return parts[1]
	}))
}

// Call is one call of the Web API, answered or refused. The token is not kept.
type Call struct {
	Method string
	Args   map[string]string
	At     time.Time
	Status int
	Error  string // the error code, "" when it was ok
}

// View is a view the app opened or published.
type View struct {
	Method, User string
	JSON         json.RawMessage
}

// Line is one message as it stands in a channel's history now.
type Line struct {
	TS, Thread, User, Username, Text string
	Edited                           bool
	Reactions                        []string
}

func (d *Double) recordPostLocked(method string, c *channel, m *message, to string) {
	d.posts = append(d.posts, Post{Method: method, Channel: c.ID, ChannelName: c.Name, Direct: c.im, To: to,
		Thread: m.thread, TS: m.ts, Text: m.text, Username: m.username, Icon: m.icon, Blocks: m.blocks,
		Metadata: m.metadata, At: time.Now()})
	d.tellLocked()
}

// Posts are the accepted posts so far, oldest first.
func (d *Double) Posts() []Post {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.posts)
}

// Calls are all calls so far, refused ones too, oldest first.
func (d *Double) Calls() []Call {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.calls)
}

// Views are the views so far.
func (d *Double) Views() []View {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.views)
}

// WaitPost waits for an accepted post that fits, earlier ones included, and returns the first.
func (d *Double) WaitPost(ctx context.Context, fits func(Post) bool) (Post, error) {
	return d.WaitPostAfter(ctx, 0, fits)
}

// WaitPostAfter is WaitPost over the posts behind the first n.
func (d *Double) WaitPostAfter(ctx context.Context, n int, fits func(Post) bool) (Post, error) {
	var got Post
	err := d.waitFor(ctx, "a post", func() bool {
		for _, p := range d.posts[min(n, len(d.posts)):] {
			if fits(p) {
				got = p
				return true
			}
		}
		return false
	})
	return got, err
}

// WaitCall waits for a call that fits, earlier ones included, and returns the first.
func (d *Double) WaitCall(ctx context.Context, fits func(Call) bool) (Call, error) {
	var got Call
	err := d.waitFor(ctx, "a call", func() bool {
		for _, c := range d.calls {
			if fits(c) {
				got = c
				return true
			}
		}
		return false
	})
	return got, err
}

// In fits a post into the channel of that id or name ("#sprints") whose text holds words.
func In(channel, words string) func(Post) bool {
	return func(p Post) bool {
		return (p.Channel == channel || p.ChannelName != "" && p.ChannelName == strings.TrimPrefix(channel, "#")) &&
			p.To == "" && strings.Contains(p.Plain(), words)
	}
}

// ToUser fits a private word to that user id, by direct message or ephemeral, whose text holds words.
func ToUser(userID, words string) func(Post) bool {
	return func(p Post) bool {
		return (p.Direct == userID || p.To == userID) && strings.Contains(p.Plain(), words)
	}
}

// History is a channel as people see it now, oldest first, threads included.
func (d *Double) History(where string) []Line {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Line
	for _, m := range d.channelLocked(where).messages {
		l := Line{TS: m.ts, Thread: m.thread, User: m.user, Username: m.username, Text: m.text, Edited: m.editedTS != ""}
		for name := range m.reactions {
			l.Reactions = append(l.Reactions, name)
		}
		slices.Sort(l.Reactions)
		out = append(out, l)
	}
	return out
}
