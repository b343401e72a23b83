package slack

import (
	"slices"
	"strings"
	"unicode/utf8"

	"sprintbot/sprints/chat"
)

const longestName = 80 // bytes of a name that is looked for in words

func folded(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// mentioned is t, said on another network, with those of our people named as its mentions: "@grace" anywhere, "grace:" and
// "grace," at the beginning of a line. Only a name that exactly one person we know has counts, and never a bot's, one that
// calls everybody, or one inside code or an address.
func (d *directory) mentioned(network string, t chat.Text) chat.Text {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.called) == 0 {
		return t
	}
	var out chat.Text
	code := typedCode(t)
	fresh, at := true, 0 // at the beginning of a line; bytes of the spans before
	for i, s := range t {
		began := at
		at += len(s.Text)
		if s.Text == ": " && i > 0 && t[i-1].Who != nil && (i == 1 || strings.HasSuffix(t[i-2].Text, "\n")) {
			out, fresh = append(out, s), true // behind who speaks
			continue
		}
		if s.Code || s.URL != "" || s.Who != nil || s.Lead != "" {
			out = append(out, s)
			fresh = s.Lead != "" || strings.HasSuffix(s.Text, "\n")
			continue
		}
		out = append(out, d.namedIn(network, s, fresh, func(i int) bool {
			return slices.ContainsFunc(code, func(c [2]int) bool { return c[0] <= began+i && began+i < c[1] })
		})...)
		fresh = strings.HasSuffix(s.Text, "\n")
	}
	return out
}

// namedIn cuts s where it names people, outside code that is typed in it.
func (d *directory) namedIn(network string, s chat.Span, fresh bool, inCode func(i int) bool) chat.Text {
	var out chat.Text
	done := 0
	for i := 0; i < len(s.Text); i++ {
		at := s.Text[i] == '@' && standsAlone(s.Text[:i])
		if start := i == 0 && fresh || i > 0 && s.Text[i-1] == '\n'; !at && !start || inCode(i) {
			continue
		}
		from := i
		if at {
			from++
		}
		id, size := d.longest(s.Text[from:], !at)
		if size == 0 {
			continue
		}
		out = appendWords(out, s, s.Text[done:i])
		who := s
		who.Text = s.Text[i : from+size]
		who.Who = &chat.Handle{Network: network, ID: id, Nick: d.people[id].name}
		out = append(out, who)
		done = from + size
		i = done - 1
	}
	return appendWords(out, s, s.Text[done:])
}

// standsAlone says that what follows before is no part of a word, like the second half of a mail address.
func standsAlone(before string) bool {
	r, size := utf8.DecodeLastRuneInString(before)
	return size == 0 || !wordy(r) && !strings.ContainsRune("@._-+/", r)
}

// longest is the person whose name words begin with, the longest such name, and its bytes; 0 where there is none, or where
// it is the name of more than one. An addressed name has a colon or comma behind it.
func (d *directory) longest(words string, addressed bool) (id string, size int) {
	if end := strings.IndexByte(words, '\n'); end >= 0 {
		words = words[:end]
	}
	if addressed {
		end := strings.IndexAny(words, ":,")
		if end < 0 || end > longestName {
			return "", 0
		}
		return d.only(words[:end])
	}
	words = words[:min(len(words), longestName)]
	for end := len(words); end > 0; end-- {
		if end < len(words) && !utf8.RuneStart(words[end]) || !endsHere(words[end:]) {
			continue
		}
		if name := words[:end]; len(d.called[folded(name)]) > 0 && strings.TrimSpace(name) == name {
			return d.only(name)
		}
	}
	return "", 0
}

// endsHere says that a name may end in front of rest: "grace", "grace's", "grace." but not "grace_h", "grace.h" or
// "grace:example.org".
func endsHere(rest string) bool {
	r, size := utf8.DecodeRuneInString(rest)
	if size == 0 {
		return true
	}
	if wordy(r) || r == '_' || r == '@' {
		return false
	}
	after, more := utf8.DecodeRuneInString(rest[size:])
	return more == 0 || !strings.ContainsRune(".-+:", r) || !wordy(after)
}

// only is the one person of a name.
func (d *directory) only(name string) (id string, size int) {
	ids := d.called[folded(name)]
	if len(ids) != 1 || chat.Calls(strings.TrimSpace(name)) || ids[0] == d.self.UserID || d.people[ids[0]].bot || !userIDs.MatchString(ids[0]) {
		return "", 0
	}
	return ids[0], len(name)
}
