package main

import (
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	"sprintbot/adapters/console"
	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

// consoleSeat is one terminal, at which people take turns.
type consoleSeat struct {
	t      *testing.T
	net    *console.Network
	typing io.Writer
	out    *printed
	seated string
	given  map[string][]string // answers given at once, by who asked
	direct map[string][]string // words to one person, by who
	lines  []string            // the room's
}

func consoleStand(t *testing.T) stand {
	in, typing := io.Pipe()
	t.Cleanup(func() { typing.Close() }) // the goroutine that reads ends with its input
	s := &consoleSeat{t: t, typing: typing, out: &printed{more: make(chan struct{})}, seated: "ada", given: map[string][]string{}, direct: map[string][]string{}}
	s.net = console.New(console.Config{In: in, Out: s.out, Nick: "ada"})
	return s
}

func (s *consoleSeat) network() relay.Network { return s.net }
func (s *consoleSeat) room() chat.Place       { return s.net.Place() }
func (s *consoleSeat) people() []string       { return []string{"ada", "grace"} }

func (s *consoleSeat) say(who, words string) bool       { return s.enter(who, "/say "+words) }
func (s *consoleSeat) act(who, words string) bool       { return s.enter(who, "/me "+words) }
func (s *consoleSeat) sayDirect(who, words string) bool { return s.enter(who, words) }

// enter types a line and reads what comes back, up to the blank line.
func (s *consoleSeat) enter(who, line string) bool {
	s.t.Helper()
	if s.seated != who {
		s.seated = who
		s.enter(who, "/nick "+who)
		s.given[who] = s.given[who][:len(s.given[who])-1]
	}
	s.read()
	if _, err := io.WriteString(s.typing, line+"\n"); err != nil {
		s.t.Fatal(err)
	}
	answer := s.out.answer(s.t)
	if answer != "" {
		s.given[who] = append(s.given[who], answer)
	}
	return !strings.Contains(answer, "did not count")
}

// read sorts what was printed since an answer was read.
func (s *consoleSeat) read() {
	for line := range strings.Lines(s.out.take()) {
		line = strings.TrimSuffix(line, "\n")
		if to, ok := strings.CutPrefix(line, "[to "); ok {
			who, words, _ := strings.Cut(to, "] ")
			s.direct[who] = append(s.direct[who], words)
			continue
		}
		s.lines = append(s.lines, line)
	}
}

var consoleSpeaker = regexp.MustCompile(`^\[([^\]]*)\] ([^:]*): ?(.*)$`)

func (s *consoleSeat) shown() []posted {
	s.read()
	var all []posted
	for _, line := range s.lines {
		p := posted{words: line}
		if m := consoleSpeaker.FindStringSubmatch(line); m != nil {
			p = posted{by: m[2], words: m[3]}
			if m[1] != "console" {
				p.by += " on " + m[1]
			}
		}
		all = append(all, p)
	}
	return all
}

func (s *consoleSeat) told(who string) []string {
	s.read()
	return append(s.given[who][:len(s.given[who]):len(s.given[who])], s.direct[who]...)
}

// pieces: a console shows a part's lines each with its speaker.
func (s *consoleSeat) pieces(p chat.Part) int { return 1 + strings.Count(p.Body, "\n") }

func (s *consoleSeat) tells() {}

// printed is what stands on the terminal and was not read yet.
type printed struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.Write(b)
	close(p.more)
	p.more = make(chan struct{})
	return len(b), nil
}

func (p *printed) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := p.text.String()
	p.text.Reset()
	return text
}

// answer takes what is printed up to a blank line.
func (p *printed) answer(t *testing.T) string {
	t.Helper()
	for {
		p.mu.Lock()
		text, more := p.text.String(), p.more
		if text == "\n" || strings.HasSuffix(text, "\n\n") {
			p.text.Reset()
			p.mu.Unlock()
			return strings.TrimSpace(text)
		}
		p.mu.Unlock()
		select {
		case <-more:
		case <-t.Context().Done():
			t.Fatalf("the console never ended its answer: %q", text)
		}
	}
}
