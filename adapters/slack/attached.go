package slack

import (
	"cmp"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// attached is what an attachment adds to the words said so far: what an app posts in the old way, or a message that somebody
// passed on. The preview of a link adds nothing: the link is in the words already.
func (t translator) attached(said chat.Text, a slackapi.Attachment) chat.Text {
	if unfurled(said, a) {
		return nil
	}
	s := sheet{network: t.network, names: t.names}
	if a.IsShare || a.IsMsgUnfurl {
		s.passedOn(a)
		return s.text
	}
	s.marked(a.Pretext)
	if (a.Title != "" || a.Text != "" || len(a.Fields) > 0) && !tells(said.Plain()+"\n"+s.text.Plain(), a.AuthorName) {
		s.link(a.AuthorLink, a.AuthorName)
	}
	s.link(a.TitleLink, a.Title)
	s.marked(a.Text)
	for _, f := range a.Fields {
		label := strings.TrimSuffix(strings.TrimSpace(f.Title), ":")
		if label != "" && f.Value != "" {
			label += ": "
		}
		s.marked(label + f.Value)
	}
	s.line(blockWords(t.network, a.Blocks, t.names))
	if a.ImageURL != "" {
		s.link(a.ImageURL, "an image")
	}
	for _, f := range a.Files {
		s.line(file(f))
	}
	if len(s.text) == 0 {
		s.marked(cmp.Or(a.Fallback, a.AuthorName, a.Footer))
	}
	if strings.TrimSpace(s.text.Plain()) == strings.TrimSpace(said.Plain()) {
		return nil
	}
	return s.text
}

// tells says that name stands in words, alone.
func tells(words, name string) bool {
	for at := 0; name != ""; {
		i := strings.Index(words[at:], name)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(words[:at+i])
		after, _ := utf8.DecodeRuneInString(words[at+i+len(name):])
		if !inWord(before) && !inWord(after) {
			return true
		}
		at += i + 1
	}
	return false
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' }

// unfurled says that a is the preview of a link in the words.
func unfurled(said chat.Text, a slackapi.Attachment) bool {
	link := cmp.Or(a.FromURL, a.OriginalURL)
	if link == "" || len(said) == 0 {
		return false
	}
	if !a.IsShare && !a.IsMsgUnfurl {
		return true
	}
	for _, s := range said {
		for _, l := range []string{a.FromURL, a.OriginalURL} {
			if l != "" && (s.URL == l || strings.Contains(s.Text, l)) {
				return true
			}
		}
	}
	return false
}

// passedOn adds a message that somebody passed on: a quote that begins with its author, who is not called by it.
func (s *sheet) passedOn(a slackapi.Attachment) {
	in := sheet{network: s.network, names: s.names}
	in.marked(a.Text)
	if len(in.text) == 0 {
		in.line(blockWords(s.network, a.Blocks, s.names))
	}
	for _, f := range a.Files {
		in.line(file(f))
	}
	if len(in.text) == 0 {
		in.marked(a.Fallback)
	}
	if len(in.text) == 0 {
		in.link(cmp.Or(a.FromURL, a.OriginalURL), "a message")
	}
	if author := strings.TrimSpace(cmp.Or(a.AuthorName, a.AuthorSubname)); author != "" {
		lead := chat.Text{{Text: author + ":", Bold: true}, {Text: " "}}
		if in.text[0].Pre || in.text[0].Lead != "" {
			lead[1].Text = "\n"
		}
		in.text = append(lead, in.text...)
	}
	for _, line := range in.text.Lines() {
		s.line(append(chat.Text{chat.Mark(chat.Quote, 0, 0)}, line...))
	}
}

// file is what a shared file is called, and its page, never the address that needs a token. One that cannot be had any more
// says so.
func file(f slackapi.File) chat.Text {
	name := cmp.Or(f.Name, f.Title)
	switch {
	case gone(f):
		return chat.Plainly(strings.TrimPrefix(name+" ", " ") + "(a file that was deleted)")
	case f.Mode == "hidden_by_limit":
		return chat.Plainly(strings.TrimPrefix(name+" ", " ") + "(an older file that Slack keeps hidden)")
	case f.Permalink == "" && name == "":
		return chat.Plainly("(a file that can be seen only on Slack)")
	}
	return chat.Text{{Text: cmp.Or(name, "a file") + weight(f.Size), URL: f.Permalink}}
}

// gone says that a file was deleted.
func gone(f slackapi.File) bool { return f.Mode == "tombstone" || f.FileAccess == "file_not_found" }

// there is how many of files are not gone.
func there(files []slackapi.File) int {
	n := 0
	for _, f := range files {
		if !gone(f) {
			n++
		}
	}
	return n
}

// readable are blocks and attachments as the library reads them; a block that it cannot read stays as it is.
func readable(blocks, attachments []json.RawMessage) (b slackapi.Blocks, as []slackapi.Attachment) {
	for _, raw := range blocks {
		var one slackapi.Blocks
		if !deep(raw) && one.UnmarshalJSON([]byte("["+string(raw)+"]")) == nil {
			b.BlockSet = append(b.BlockSet, one.BlockSet...)
			continue
		}
		b.BlockSet = append(b.BlockSet, rawBlock(raw))
	}
	for _, raw := range attachments {
		var a slackapi.Attachment
		_ = json.Unmarshal(raw, &a) // as much of it as can be read
		as = append(as, a)
	}
	return b, as
}
