package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// A day script tells a sprint day as an organizer would: who says what where
// at what hour, and what everybody then reads. One step a line:
//
//	# a remark
//	event Larkfield Sprints from 2027-05-17 to 2027-05-20 in America/New_York
//	table 302 C1 8                              a table of the venue: room, code, seats
//	person ada on libera with an account        IRC with accounts; "plain" is IRC without, "pycon" is Slack
//	organizer org on pycon
//	day 2                                       the event's second day
//	09:00                                       the bot's clock; also in front of any step
//	libera #sprints ada: good morning           somebody says something in a channel,
//	libera dm ada: here C1                      or to the bot in private,
//	pycon /sprint grace: easy                   or by Slack's command
//	expect pycon #sprints: ada (libera): good … what stands there next; … is any words
//	expect libera dm ada: …table C1…            what the bot tells somebody (it may say more)
//	edit pycon #sprints grace: good morning     her last words there become these
//	delete pycon #sprints grace                 and are taken back
//	reply pycon #sprints grace to ada: hello    in the thread under ada's last words there
//	expect board: …Larkfield…                   what the page shows
//	expect link: …Larkfield…                    what the page of the last link said in a channel shows
//	github issue owner/lark#12 Fix the example [good first issue]
//	github pull owner/lark fixes #12
//	github assign owner/lark#12 to somebody
//	github close owner/lark#12
//	wiki larkfield Larkfield at the sprint      a page at …/larkfield with that title
//	                                            in a line's text {wiki} is that wiki's address, and \n a new line
//	public                                      the page has an address for everybody
//	restart                                     the bot is stopped and started again
//
// A channel shows what the script expects, in that order, and nothing else.

// step is one line of a script.
type step struct {
	line    int
	at      string // "09:00", "" unchanged
	verb    string // say, expect, github, …
	network string
	place   string // "#sprints", "dm", "/sprint"
	who     string
	of      string // whose words are replied to
	text    string
}

var (
	hourAhead = regexp.MustCompile(`^(\d\d:\d\d)(?: +|$)`)
	change    = regexp.MustCompile(`^(edit|delete|reply) (\S+) (#[^\s:]+) ([^\s:]+)(?: to ([^\s:]+))?(?:: (.*))?$`)
	speech    = regexp.MustCompile(`^(\S+) (#[^\s:]+|dm|/sprint)(?: ([^\s:]+))?: (.*)$`)
)

func readDay(t *testing.T, path string) []step {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var steps []step
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s := step{line: n}
		if m := hourAhead.FindStringSubmatch(line); m != nil {
			s.at, line = m[1], strings.TrimSpace(line[len(m[0]):])
		}
		expect, expected := strings.CutPrefix(line, "expect ")
		m := speech.FindStringSubmatch(expect)
		switch {
		case line == "":
			s.verb = "wait"
		case expected && strings.HasPrefix(expect, "board: "):
			s.verb, s.text = "board", strings.TrimPrefix(expect, "board: ")
		case expected && strings.HasPrefix(expect, "link: "):
			s.verb, s.text = "link", strings.TrimPrefix(expect, "link: ")
		case change.MatchString(line):
			m = change.FindStringSubmatch(line)
			s.verb, s.network, s.place, s.who, s.of, s.text = m[1], m[2], m[3], m[4], m[5], m[6]
		case m != nil:
			s.verb, s.network, s.place, s.who, s.text = "say", m[1], m[2], m[3], m[4]
			if expected {
				s.verb = "expect"
				if s.place != "dm" && s.who != "" { // "expect pycon #sprints ada: …" reads as words
					s.text, s.who = s.who+": "+s.text, ""
				}
			}
		case expected:
			t.Fatalf("%s:%d: expect what, where? %q", path, n, line)
		default:
			s.verb, s.text, _ = strings.Cut(line, " ")
		}
		steps = append(steps, s)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// fits says whether words are what a script expects: … stands for any words.
func fits(expected, words string) bool {
	pieces := strings.Split(expected, "…")
	for i, p := range pieces {
		pieces[i] = regexp.QuoteMeta(p)
	}
	ok, err := regexp.MatchString("^(?s:"+strings.Join(pieces, ".*")+")$", words)
	return err == nil && ok
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		expected, words string
		want            bool
	}{
		{"hello", "hello", true},
		{"hello", "hello you", false},
		{"hello …", "hello you", true},
		{"…B4…", "sit at B4 (room 301)", true},
		{"a.c", "abc", false},
	} {
		if got := fits(c.expected, c.words); got != c.want {
			t.Errorf("fits(%q, %q) = %v", c.expected, c.words, got)
		}
	}
}

func (s step) String() string {
	return fmt.Sprintf("line %d: %s %s %s %s %s", s.line, s.verb, s.network, s.place, s.who, s.text)
}
