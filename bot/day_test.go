package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/github/githubdouble"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/adapters/slack/slackdouble"
)

// TestDays plays every script of testdata/days with the built program.
func TestDays(t *testing.T) {
	scripts, err := filepath.Glob("testdata/days/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no day scripts", err)
	}
	for _, path := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) { playDay(t, path) })
	}
}

var (
	eventLine  = regexp.MustCompile(`^(.+) from (\S+) to (\S+) in (\S+)$`)
	personLine = regexp.MustCompile(`^(\S+) on (\S+?)( with an account)?$`)
	issueLine  = regexp.MustCompile(`^issue (\S+)/(\S+)#(\d+) (.+?) \[(.*)\]$`)
	pullLine   = regexp.MustCompile(`^pull (\S+)/(\S+) fixes #(\d+)$`)
	assignLine = regexp.MustCompile(`^assign (\S+)/(\S+)#(\d+) to (\S+)$`)
	closeLine  = regexp.MustCompile(`^close (\S+)/(\S+)#(\d+)$`)
)

func playDay(t *testing.T, path string) {
	s := newStage(t)
	var (
		event              []string
		zone               *time.Location
		first, day         time.Time
		clock              = "08:00"
		tables, organizers []string
		accounts           = map[string]bool{}
	)
	now := func() time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", day.Format(time.DateOnly)+" "+clock, zone)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	running := func() {
		if s.bot.cmd == nil {
			s.configure(event[1], event[2], event[3], event[4], tables, organizers)
			s.start(now())
		}
	}
	for _, st := range readDay(t, path) {
		if st.at != "" {
			clock = st.at
			if s.bot.cmd != nil {
				s.set(now())
			}
		}
		bad := func() { t.Fatalf("%s:%d: can't be read: %s %s", path, st.line, st.verb, st.text) }
		switch st.verb {
		case "wait":
		case "event":
			if event = eventLine.FindStringSubmatch(st.text); event == nil {
				bad()
			}
			var err error
			if zone, err = time.LoadLocation(event[4]); err != nil {
				t.Fatal(err)
			}
			if first, err = time.ParseInLocation(time.DateOnly, event[2], zone); err != nil {
				t.Fatal(err)
			}
			day = first
		case "day":
			n, err := strconv.Atoi(st.text)
			if err != nil {
				bad()
			}
			day = first.AddDate(0, 0, n-1)
			if s.bot.cmd != nil {
				s.set(now())
			}
		case "table":
			tables = append(tables, strings.Join(strings.Fields(st.text), ","))
		case "person":
			m := personLine.FindStringSubmatch(st.text)
			if m == nil {
				bad()
			}
			s.person(m[1], m[2], m[3] != "")
			accounts[m[2]+" "+m[1]] = m[3] != ""
		case "organizer":
			m := personLine.FindStringSubmatch(st.text)
			if m == nil {
				bad()
			}
			key := "account:" + m[1]
			if m[2] == slackName {
				key = s.users[m[1]]
			}
			organizers = append(organizers, fmt.Sprintf("%q", m[2]+" "+key))
		case "wiki":
			name, title, _ := strings.Cut(st.text, " ")
			s.pages[name] = "<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1><p>What we do at " + title + ".</p></body></html>"
		case "github":
			s.onGitHub(st, bad)
		case "start":
			running()
		case "restart":
			s.stop()
			s.start(now())
		case "say":
			running()
			s.say(st)
		case "edit", "delete", "reply":
			s.change(st)
		case "public":
			s.public = freeAddress(t)
		case "link":
			s.link(st)
		case "expect":
			s.expect(st)
		case "board":
			s.board(st)
		default:
			bad()
		}
		if t.Failed() {
			t.Fatalf("%s:%d: stopped here", path, st.line)
		}
	}
	s.quiet()
	s.stop()
}

func (s *stage) person(nick, network string, account bool) {
	if network == slackName {
		s.users[nick] = s.slack.AddUser(slackdouble.User{Name: nick, DisplayName: nick})
		return
	}
	var options []irctest.DialOption
	if account {
		s.servers[network].Register(nick, "secret-of-"+nick)
		options = append(options, irctest.WithSASL(nick, "secret-of-"+nick))
	}
	c := s.servers[network].Dial(nick, options...)
	c.Join(dayChannel)
	s.people[network+" "+nick] = c
}

// onGitHub changes what the double of GitHub holds.
func (s *stage) onGitHub(st step, bad func()) {
	repo := func(owner, name string) *githubdouble.Repo {
		if r := s.github.Repo(owner, name); r != nil {
			return r
		}
		return s.github.AddRepo(owner, name)
	}
	number := func(n string) int { i, _ := strconv.Atoi(n); return i }
	if m := issueLine.FindStringSubmatch(st.text); m != nil {
		repo(m[1], m[2]).AddIssue(githubdouble.Issue{Number: number(m[3]), Title: m[4], Labels: strings.Split(m[5], ", "), Age: 240 * time.Hour})
	} else if m := pullLine.FindStringSubmatch(st.text); m != nil {
		repo(m[1], m[2]).OpenPR("A change", number(m[3]))
	} else if m := assignLine.FindStringSubmatch(st.text); m != nil {
		repo(m[1], m[2]).Assign(number(m[3]), m[4])
	} else if m := closeLine.FindStringSubmatch(st.text); m != nil {
		repo(m[1], m[2]).Close(number(m[3]))
	} else {
		bad()
	}
}
