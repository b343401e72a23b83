package commands_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

var update = flag.Bool("update", false, "rewrite testdata and docs/commands.md from what is said now")

// golden compares got with a file, or rewrites it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update makes it; read it then)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// conversations are told apart by file; each line is "who: words". "..." lets
// time pass, "#" is a channel.
var conversations = map[string]string{
	"welcome": `
nia: hi
nia: help
nia: thanks
ada: help
olga: help
nia: help table claim
nia: help table
nia: help headcount
nia: help me
nia: help blorb
nia: :here B4
nia: esay
nia: tabl clam
nia: blorb
nia: how do I start?
nia: I need help
nia: copperkettle
nia: B4
nia: https://github.com/example/copperkettle/issues/12
nia: yes
nia: here
nia: bye bye bye bye bye bye`,
	"projects": `
nia: projects
nia: projects python
nia: projects cobol
nia: project show copperkettle
nia: project show tin-drum
nia: project show copprkettle
nia: project show nothing
nia: project new Anvil
nia: project new Anvil
nia: project new example/tool-chest
nia: project new Copperkettle Two example/copperkettle
nia: project new B4
nia: project new !!!
nia: project new Aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaaaa
nia: project set anvil summary Hits things, softly.
nia: project set anvil langs Go
nia: project set anvil setup 1 h
nia: project set anvil first timers yes
nia: project set anvil days mon-wed
nia: project set anvil full
nia: project set anvil state open
nia: project set anvil name Anvil and Co
nia: project set anvil-and-co contact none
nia: project set anvil
nia: project set anvil level
nia: project set anvil state sleepy
nia: project set copperkettle full
nia: project show anvil`,
	"sources": `
ada: repo add example/kettle-docs
ada: repo add copperkettle https://github.com/example/kettle-docs
ada: repo add copperkettle example/brassbell
ada: repo add copperkettle gitlab.com/x/y/z
ada: page copperkettle https://wiki.example.org/Sprint/Copperkettle
ada: page wiki.example.org/Sprint/Other
nia: page https://wiki.example.org/Sprint/Other
nia: page https://me:secret@wiki.example.org/
ada: project show copperkettle`,
	"announce": `
ada: announce copperkettle
ada: announce
nia: announce
nia: announce copperkettle
olga: announce brassbell`,
	"tables": `
nia: where
nia: where copperkettle
nia: where brassbell
nia: where tin drum
nia: where table b4
nia: where B5
nia: where Z9
ada: table claim B4 seats 8
ada: table claim b 4 copperkettle 12 seats
ada: table claim B5
ada: table claim B7 copperkettle seats 900
olga: table claim B7
nia: table claim B7
nia: here B4
ada: table release B4
ada: no
ada: table release B4
ada: yes
ada: table release
ada: table release
olga: table release B3`,
	"people": `
nia: me
nia: forget me
nia: show
nia: show maybe
nia: show yes
nia: me
nia: show no
nia: link
nia: link 000000
gus: project new Gusto
gus: link
nia: easy
nia: take 1
nia: here B5
nia: me
nia: forget me
nia: yes
#nia: link 123456
#nia: forget me`,
	"status": `
nia: status
olga: status`,
	"seats": `
nia: here copperkettle
nia: here B4
nia: here B4
nia: here brassbel
nia: here nowhere
nia: who copperkettle
ada: who B4
olga: who B4
nia: who tin-drum
nia: bye
nia: bye`,
	"issues": `
nia: easy
nia: take 1
nia: take 2
nia: easy rust
nia: easy cobol
nia: take 99
nia: keep
ada: easy
ada: take example/copperkettle#12
nia: done https://github.com/example/copperkettle/pull/99
nia: drop
nia: drop
nia: take https://github.com/example/brassbell/issues/13`,
	"counts": `
nia: headcount 302 4
olga: headcount 302 41
olga: headcount 302 many
olga: headcount 999 4
olga: lunch 31
olga: wifi 60
olga: attendance`,
}

var secrets = regexp.MustCompile(`link (\d{6,12}|[A-Z2-9]{5}-[A-Z2-9]{5})`)

func TestRepliesAreAsReadAndApproved(t *testing.T) {
	for name, lines := range conversations {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var b bytes.Buffer
			for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
				w.clock.pass(time.Minute)
				nick, words, _ := strings.Cut(line, ": ")
				m := private(who(t, strings.TrimPrefix(nick, "#")), words)
				if strings.HasPrefix(nick, "#") {
					m = public(m.From, "!", words)
				}
				out := w.hear(m)
				fmt.Fprintf(&b, "%s\n", line)
				show(t, &b, "  > ", out.Reply)
				for _, a := range out.Announce {
					show(t, &b, "  ! ", a)
				}
				b.WriteByte('\n')
			}
			golden(t, filepath.Join("testdata", "replies", name+".txt"),
				secrets.ReplaceAllFunc(b.Bytes(), func(s []byte) []byte {
					return regexp.MustCompile(`[0-9]|[A-Z]`).ReplaceAll(s, []byte("0"))
				}))
		})
	}
}

func who(t *testing.T, nick string) chat.Handle {
	t.Helper()
	for _, h := range []chat.Handle{newcomer, leader, orga, guest} {
		if h.Nick == nick {
			return h
		}
	}
	t.Fatalf("nobody is called %q", nick)
	return chat.Handle{}
}

// show writes a reply as it is stored, a line each.
func show(t *testing.T, b *bytes.Buffer, mark string, r chat.Reply) {
	t.Helper()
	for _, l := range r.Lines {
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(l); err != nil {
			t.Fatal(err)
		}
		b.WriteString(mark + line.String())
	}
	if len(r.Lines) > 6 {
		t.Errorf("%d lines", len(r.Lines))
	}
	if r.Private == (mark == "  ! ") {
		t.Errorf("private: %v", r.Private)
	}
}

func TestAnnouncementsAreThreeLinesOnceADay(t *testing.T) {
	w := newWorld(t)
	out := w.did(leader, "announce copperkettle")
	if len(out.Announce) != 1 || len(out.Announce[0].Lines) > 3 {
		t.Fatalf("%+v", out.Announce)
	}
	if out := w.say(orga, "announce copperkettle"); !out.Refused || out.Announce != nil {
		t.Errorf("twice a day: %s", out.Reply.Plain())
	}
	w.clock.pass(14 * time.Hour) // past midnight at the venue
	w.did(leader, "announce copperkettle")
}

func TestLinkJoinsTwoSelves(t *testing.T) {
	w := newWorld(t)
	first := w.code(leader)
	w.did(newcomer, "link "+first)
	a, _ := w.person(leader)
	b, _ := w.person(newcomer)
	if a.ID == 0 || a.ID != b.ID {
		t.Fatalf("two people: %+v %+v", a, b)
	}
	w.did(newcomer, "announce copperkettle")
	if out := w.say(guest, "link "+first); !strings.Contains(out.Reply.Plain(), "wrong, used or too old") {
		t.Errorf("a code works twice: %s", out.Reply.Plain())
	}
	second := w.code(leader)
	w.clock.pass(11 * time.Minute)
	if out := w.say(guest, "link "+second); !strings.Contains(out.Reply.Plain(), "wrong, used or too old") {
		t.Errorf("a code works after ten minutes: %s", out.Reply.Plain())
	}
	third := w.code(leader)
	if out := w.hear(public(guest, "!", "link "+third)); !strings.Contains(out.Reply.Plain(), "void") {
		t.Errorf("a code said in public: %s", out.Reply.Plain())
	}
	for range 4 {
		w.say(guest, "link 12")
	}
	if out := w.say(guest, "link "+w.code(leader)); !out.Refused {
		t.Errorf("five wrong codes do not end it: %s", out.Reply.Plain())
	}
}

func TestARepositoryNotReadYetIsNotSaidToHaveNothing(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "project new Quietword example/quietword")
	if got := w.say(newcomer, "project show quietword").Reply.Plain(); !strings.Contains(got, "Not read yet: the easy issues in example/quietword.") {
		t.Error(got)
	}
}

func TestAnAnnouncementSaysNoNameTwiceAndSendsNobodyToABrokenPage(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "project new Quietword", "page quietword https://wiki.example.org/Quietword")
	w.write(func(tx sprints.Tx) error {
		p, err := tx.ProjectBySlug("quietword")
		if err != nil {
			return err
		}
		page, err := tx.PageOf(p.ID)
		if err != nil {
			return err
		}
		page.Problem = "The page is not there (404)."
		return tx.SavePage(page)
	})
	out := w.did(newcomer, "announce quietword")
	want := "Quietword has no table yet.\nhere quietword"
	if got := out.Announce[0].Plain(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAGuestsProjectIsTheirsAgainByACode(t *testing.T) {
	w := newWorld(t)
	out := w.did(guest, "project new Gusto")
	code := secrets.FindString(out.Reply.Plain())
	again := chat.Handle{Network: "libera", ID: "guest:99", Nick: "gus"}
	if out := w.say(again, "announce gusto"); !out.Refused {
		t.Fatal("the nick alone gives the project back")
	}
	w.clock.pass(24 * time.Hour)
	out = w.did(again, code)
	if !secrets.MatchString(out.Reply.Plain()) {
		t.Errorf("no code for the next connection: %s", out.Reply.Plain())
	}
	w.did(again, "announce gusto")
}

func TestMeAndForgetMeLeaveNothing(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "project new Anvil", "here anvil", "easy", "take 1", "forget me", "yes")
	w.read(func(v sprints.View) error {
		p, err := v.ProjectBySlug("anvil")
		if err != nil {
			return err
		}
		leads, err := v.Leads(p.ID)
		if len(leads) != 0 {
			t.Errorf("led by %+v", leads)
		}
		return err
	})
	if out := w.did(newcomer, "me"); !strings.Contains(out.Reply.Plain(), "nothing about you") {
		t.Errorf("%s", out.Reply.Plain())
	}
}
