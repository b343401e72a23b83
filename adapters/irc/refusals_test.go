package irc_test

import (
	"errors"
	"strings"
	"testing"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

func TestWhatAServerDropsIsNotTakenForDelivered(t *testing.T) {
	t.Parallel()
	t.Run("filtered words", func(t *testing.T) {
		t.Parallel()
		b, peer, _ := served(t, "")
		fate := b.launches(relayed("grace", "a bad word"))
		peer.Expect(t.Context(), saying("bad word"))
		peer.Send(":s 936 sprintbot #Sprint bad :Your message contained a censored word, and was blocked", "PONG s :"+barrier(peer))
		if err := <-fate; err == nil {
			t.Error("taken for delivered")
		}
	})
	for _, no := range []string{
		":s 415 sprintbot #Sprint :Cannot send message to channel (+R)", ":s 573 sprintbot #sprint :Cannot send to channel",
		":s 926 sprintbot #Sprint :Channel is forbidden", ":s FAIL PRIVMSG CANNOT_SEND #Sprint :Not now", ":s FAIL PRIVMSG RATE_LIMITED #Sprint :Slower",
	} {
		t.Run("by a word nobody has listed, "+no, func(t *testing.T) {
			t.Parallel()
			b, peer, _ := served(t, "")
			fate := b.launches(relayed("grace", "lost words"))
			peer.Expect(t.Context(), saying("lost words"))
			peer.Send(no, "PONG s :"+barrier(peer))
			if _, place := errors.AsType[*chat.ErrPlace](<-fate); !place {
				t.Error("the place is not told to refuse")
			}
		})
	}
	t.Run("nothing, where an answer is too long", func(t *testing.T) {
		t.Parallel()
		b, peer, _ := served(t, "")
		fate := b.launches(relayed("grace", "words"))
		peer.Expect(t.Context(), saying("words"))
		peer.Send(":s 416 sprintbot #Sprint :Too many matches", "PONG s :"+barrier(peer))
		if err := <-fate; err != nil {
			t.Errorf("its fate: %v", err)
		}
	})
	for _, code := range []string{"439", "707"} {
		t.Run("too many people at once, "+code, func(t *testing.T) {
			t.Parallel()
			b, peer, _ := served(t, "account-tag message-tags")
			peer.Send("@account=ada :ada!a@h PRIVMSG #Sprint :hello")
			b.hears("hello")
			fate := b.launches(answer(chat.Place{Network: "libera", Channel: "@account:ada"}, "an answer"))
			peer.Expect(t.Context(), saying("an answer"))
			peer.Send(":s "+code+" sprintbot ada :Targets changing too fast, message dropped", "PONG s :"+barrier(peer))
			var wait *chat.RetryAfter
			if err := <-fate; !errors.As(err, &wait) {
				t.Errorf("its fate: %v", err)
			}
		})
	}
	t.Run("only for those logged in", func(t *testing.T) {
		t.Parallel()
		b, peer, _ := served(t, "account-tag message-tags")
		peer.Send("@account=ada :ada!a@h PRIVMSG #Sprint :hello")
		b.hears("hello")
		fate := b.launches(answer(chat.Place{Network: "libera", Channel: "@account:ada"}, "an answer"))
		peer.Expect(t.Context(), saying("an answer"))
		peer.Send(":s 486 sprintbot ada :You must log in to speak to this person", "PONG s :"+barrier(peer))
		var refused *chat.ErrRefused
		if err := <-fate; !errors.As(err, &refused) {
			t.Errorf("its fate: %v", err)
		}
	})
}

func TestWhyAChannelIsNotEnteredIsToldWhateverItsNumber(t *testing.T) {
	t.Parallel()
	for _, no := range []string{":s 470 sprintbot #Sprint ##Sprint :Forwarding to another channel", ":s 480 sprintbot #sprint :Throttled"} {
		script := irctest.Listen(t)
		n, err := irc.New(config(script.Addr))
		if err != nil {
			t.Fatal(err)
		}
		b := run(t, n)
		peer := script.Accept()
		peer.Welcome("")
		peer.Expect(t.Context(), command("JOIN"))
		peer.Send(no)
		b.up()
		if note, code := n.Status().Note, strings.Fields(no)[1]; !strings.Contains(note, "("+code+")") {
			t.Errorf("%q does not say why: %s", note, no)
		}
		if !n.Status().Lacks {
			t.Errorf("a channel is missing: %s", no)
		}
	}
}

// Why words were refused is kept with their row and shown to organizers: a
// server that repeats the words, or a key, must not bring them there.
func TestWhyWordsAreRefusedHoldsNothingOfAServersText(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"401", "402", "403", "404", "405", "406", "408", "437", "442", "471", "473", "474", "475", "476", "477",
		"482", "486", "489", "520", "531", "716", "936"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			b, peer, _ := served(t, "")
			fate := b.launches(relayed("grace", "xyzzy"))
			peer.Expect(t.Context(), saying("xyzzy"))
			peer.Send(":s "+code+" sprintbot #Sprint xyzzy :You said xyzzy", "PONG s :"+barrier(peer))
			err := <-fate
			var (
				place   *chat.ErrPlace
				refused *chat.ErrRefused
			)
			reason := ""
			if errors.As(err, &place) {
				reason = place.Reason
			} else if errors.As(err, &refused) {
				reason = refused.Reason
			}
			if strings.Contains(reason, "xyzzy") || !strings.HasSuffix(reason, " ("+code+")") || len(reason) < 12 {
				t.Errorf("its fate: %v", err)
			}
		})
	}
}
