package irc

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"github.com/ergochat/irc-go/ircfmt"

	"sprintbot/sprints/chat"
)

// refusals are what the numerics mean that say no to a line or a JOIN. They are
// told in these words and not in the server's, which may repeat what was said;
// others are told by their number.
var refusals = map[string]string{
	"401": "nobody is there by that name",
	"402": "there is no such server",
	"403": "there is no such channel",
	"404": "the channel takes nothing from the bot: it may be moderated, or the bot banned",
	"405": "the bot is in as many channels as the server allows",
	"406": "nobody was there by that name",
	"408": "the channel takes no colours",
	"437": "the channel can't be used just now",
	"442": "the bot is not in the channel",
	"470": "the channel sends whoever comes to another one",
	"471": "the channel is full",
	"473": "the channel is by invitation only",
	"474": "the bot is banned from the channel",
	"475": "the channel has a key",
	"476": "that is no name of a channel",
	"477": "the channel is for registered accounts only",
	"480": "the channel lets nobody in just now",
	"482": "only the channel's operators may do that",
	"486": "only who is logged in may speak to them",
	"489": "the channel is for encrypted connections only, or for those with a voice",
	"520": "the channel is for the network's operators only",
	"531": "they take no private words",
	"716": "they take no private words from the bot",
	"936": "the server censors a word in it",
}

// refusal takes the words that say no to a line or a JOIN: numbers of errors,
// whichever they are, for a line that a server has refused must never be taken
// for delivered, and FAIL.
func (s *session) refusal(l line) {
	code, subject := l.command, l.param(1)
	if code == "FAIL" {
		code, subject = l.param(1), l.param(2)
	}
	key, reason := s.folding.fold(subject), cmp.Or(refusals[code], "the server says no")+" ("+clean(code)+")"
	switch {
	case code == "401" || code == "402" || code == "406" || code == "486" || code == "531" || code == "716":
		s.turnDown(l, key, &chat.ErrRefused{Reason: reason})
	case code == "439" || code == "707":
		s.turnDown(l, key, &chat.RetryAfter{Wait: targetChange})
	case l.command == "FAIL" || refuses(code):
		if r := s.rooms[key]; r != nil && !r.joined {
			if code == "475" {
				reason = "475: " + s.keyless(r)
			}
			r.refused = reason
			s.n.log.Warn("a channel refuses the bot", "channel", r.name, "code", code)
			s.settleReady(time.Now())
			s.announce()
		}
		s.turnDown(l, key, &chat.ErrPlace{Reason: reason})
	}
}

// refuses says that a number is that of an error, of those that can be about a
// line or a JOIN: 416 is about a question.
func refuses(code string) bool {
	return len(code) == 3 && strings.ContainsRune("459", rune(code[0])) && code != "416"
}

// turnDown settles which line a refusal means. With a label, or when only one
// line is under way there, it is that one: it waits for the fate of the next,
// which tells whether its words or the place were meant. Else nothing names
// the line: once all the refusals are in, the lines go again, one by one.
func (s *session) turnDown(l line, key string, err error) {
	if s.recount[key] > 0 {
		return // of the lines that go again anyway
	}
	label := l.tags["label"]
	var there []*flying
	for _, f := range s.flight {
		if f.target == key && (label == "" || f.label == label) {
			there = append(there, f)
		}
	}
	var (
		person *chat.ErrRefused
		wait   *chat.RetryAfter
	)
	switch {
	case len(there) == 0:
	case errors.As(err, &person), errors.As(err, &wait):
		for _, f := range there {
			s.land(f)
			s.finish(f, err)
		}
		s.next(key)
	case len(there) == 1:
		s.land(there[0])
		s.held(there[0], err)
	default:
		for _, f := range there {
			s.land(f)
			f.ping = 0
		}
		s.waiting[key] = append(there, s.waiting[key]...)
		s.careful[key] = len(there) + barrierLines
		s.ping(time.Now())
		s.recount[key] = s.pings
	}
}

// held keeps a refused line until the next one's fate is known. One with
// formatting goes again without: many channels take no codes. Two refused in a
// row mean the place, and all that waits for it.
func (s *session) held(f *flying, err error) {
	if bare := ircfmt.Strip(f.text); bare != f.text && !f.bare {
		f.raw = strings.TrimSuffix(f.raw, f.text) + bare
		f.text, f.bare, f.ping = bare, true, 0
		s.launch(f)
		s.barrier(time.Now())
		return
	}
	f.ship.err = err
	before := s.refused[f.target]
	s.refused[f.target] = f
	if before != nil {
		s.finish(before, before.ship.err)
		for _, g := range s.waiting[f.target] {
			s.finish(g, err)
		}
		delete(s.waiting, f.target)
	}
	s.next(f.target)
}
