package irc_test

import (
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

const redacting = "echo-message message-tags labeled-response batch server-time draft/message-redaction"

func takenBack(quiet bool, ids ...string) chat.Outgoing {
	out := relayed("grace", "")
	out.Kind, out.Reply, out.Quiet = chat.Deleted, chat.Reply{}, quiet
	out.Of, out.OfParts = ids[0], len(ids)
	if len(ids) > 1 {
		out.OfPosts = ids
	}
	return out
}

func TestWordsTakenBackGoWhereTheServerCan(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, redacting)
	fate := b.launches(takenBack(true, "m1", "m2"))
	for _, id := range []string{"m1", "m2"} {
		l := peer.Expect(t.Context(), command("REDACT"))
		if l.Target() != "#Sprint" || !strings.HasSuffix(l.Raw, "REDACT #Sprint "+id) {
			t.Fatalf("said %q", l.Raw)
		}
		peer.Send("@label=" + l.Tags["label"] + " :sprintbot!bot@127.0.0.1 REDACT #Sprint " + id)
	}
	if err := <-fate; err != nil {
		t.Error(err)
	}
	fate = b.launches(takenBack(false, "m0"))
	peer.Expect(t.Context(), command("REDACT"))
	peer.Send(":sprintbot!bot@127.0.0.1 REDACT #Sprint m0") // a server without labels for it
	if err := <-fate; err != nil {
		t.Error(err)
	}
}

func TestWhatTheServerDoesNotTakeBackIsToldAsTheBridgeSays(t *testing.T) {
	t.Parallel()
	for name, caps := range map[string]string{"cannot": strings.TrimSuffix(redacting, " draft/message-redaction"), "will not": redacting} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, peer, _ := served(t, caps)
			for _, quiet := range []bool{true, false} {
				fate := b.launches(takenBack(quiet, "m1"))
				if name == "will not" {
					l := peer.Expect(t.Context(), command("REDACT"))
					peer.Send("@label=" + l.Tags["label"] + " :scripted FAIL REDACT REDACT_WINDOW_EXPIRED #Sprint m1 60 :Too late")
				}
				if !quiet {
					l := peer.Expect(t.Context(), saying("took back a line)"))
					peer.Send("@label=" + l.Tags["label"] + ";msgid=m9 :sprintbot!bot@127.0.0.1 PRIVMSG #Sprint :x")
				}
				if err := <-fate; err != nil {
					t.Error(err)
				}
			}
			n := 0
			for _, l := range peer.Lines() {
				if l.Command == "PRIVMSG" {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d lines were said", n)
			}
		})
	}
}
