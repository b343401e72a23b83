package irc_test

import (
	"errors"
	"strings"
	"testing"

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
