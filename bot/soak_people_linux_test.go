//go:build soak

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/adapters/slack/slackdouble"
)

const (
	soakSlack   = "pycon"
	soakEvery   = 120 * time.Millisecond // somebody says something
	soakCommand = 40                     // every so manieth is a command
)

// soakWords are what people say: their network, and a number.
var soakWords = regexp.MustCompile(`soak [a-z]+ \d{6}`)

func saidOn(words string) string { return strings.Fields(words)[1] }

// soak is the world of TestSoak.
type soak struct {
	t        *testing.T
	random   *rand.Rand // of the faults
	bot      *program
	database string
	irc      []*soakServer
	slack    *slackdouble.Double
	sockets  int
	happened map[string]int
	heard    map[string]map[string]bool // what the bot has promised, by the network it is for
	first    rest                       // of the first life, before anything breaks

	mu       sync.Mutex
	said     map[string]bool
	commands int
	lives    []life
}

// soakServer is an IRC server, two people who speak there and one who reads.
type soakServer struct {
	name, channel string
	server        *irctest.Server
	broken        int // faults that may have cost it unconfirmed lines
	ear           soakEar

	mu     sync.Mutex
	people []net.Conn
}

// soakEar counts what is read on a server.
type soakEar struct {
	mu      sync.Mutex
	words   []string // as they came
	answers int
	bots    int           // times that the bot came in
	here    chan struct{} // closed and replaced when it does
}

func newSoak(t *testing.T, random *rand.Rand) *soak {
	dir := t.TempDir()
	h := &soak{
		t: t, random: random, bot: &program{t: t, dir: dir}, database: filepath.Join(dir, "soak.db"),
		happened: map[string]int{}, heard: map[string]map[string]bool{}, said: map[string]bool{}, lives: []life{{}},
		slack: slackdouble.New(t, slackdouble.WithRetryAfter(time.Second, 5*time.Second, 30*time.Second)),
		irc: []*soakServer{
			{name: "left", channel: "#a", server: irctest.NgIRCd(t)},
			{name: "right", channel: "#b", server: irctest.NgIRCd(t)},
			{name: "insp", channel: "#c", server: irctest.InspIRCd(t)},
		},
	}
	h.slack.AddChannel(slackdouble.Channel{Name: "sprints"})
	h.slack.AddUser(slackdouble.User{Name: "ada", RealName: "Ada"})
	h.slack.AddUser(slackdouble.User{Name: "grace", RealName: "Grace"})
	var networks, places []string
	for _, s := range h.irc {
		s.ear.here = make(chan struct{})
		networks = append(networks, fmt.Sprintf("  - {name: %s, kind: irc, server: %q, tls: false, nick: sprintbot, channels: [%q], pace: unlimited}\n",
			s.name, s.server.Addr, s.channel))
		places = append(places, fmt.Sprintf("%q", s.name+" "+s.channel))
		s.gather(t)
	}
	config := fmt.Sprintf(`
event: {name: Soak, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
%s  - {name: %s, kind: slack, app_token_env: SOAK_SLACK_APP, bot_token_env: SOAK_SLACK_BOT, channels: ["#sprints"], api_url: %q}
bridges:
  - [%s, "%s #sprints"]
`, h.database, strings.Join(networks, ""), soakSlack, h.slack.URL(), strings.Join(places, ", "), soakSlack)
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	h.bot.debugDoor()
	h.bot.env = append(h.bot.env, "SPRINTBOT_CLOCK="+h.clock(),
		"SOAK_SLACK_APP="+h.slack.AppToken, "SOAK_SLACK_BOT="+h.slack.BotToken)
	t.Cleanup(h.bot.kill)
	return h
}

func (h *soak) clock() string { return filepath.Join(h.bot.dir, "clock") }

// start runs the bot and returns once it is in every channel.
func (h *soak) start() {
	h.t.Helper()
	var here []<-chan struct{}
	for _, s := range h.irc {
		s.ear.mu.Lock()
		here = append(here, s.ear.here)
		s.ear.mu.Unlock()
	}
	os.Remove(h.clock()) // of a life that was killed
	h.sockets = h.slack.Connections()
	h.bot.start()
	ctx, cancel := context.WithTimeout(h.t.Context(), time.Minute)
	defer cancel()
	for i, c := range here {
		select {
		case <-c:
		case <-ctx.Done():
			h.t.Fatalf("the bot did not come to %s", h.irc[i].name)
		}
	}
	if err := h.slack.WaitConnected(ctx, h.sockets+1); err != nil {
		h.t.Fatal(err)
	}
}

// still stops the bot's process, or lets it go on.
func (h *soak) still(stop bool) {
	signal := syscall.SIGCONT
	if stop {
		signal = syscall.SIGSTOP
	}
	if err := h.bot.cmd.Process.Signal(signal); err != nil {
		h.t.Fatal(err)
	}
}

// breaks counts a fault that may have cost servers their unconfirmed lines.
func (h *soak) breaks(servers ...*soakServer) {
	for _, s := range servers {
		s.broken++
	}
}

func (h *soak) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-h.t.Context().Done():
	}
}

// gather brings the people of a server into its channel, again after it broke.
func (s *soakServer) gather(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.people {
		c.Close()
	}
	s.people = nil
	for n, nick := range []string{"reader", "ben", "kim"} {
		conn, err := net.Dial("tcp", s.server.Addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		in := make(chan struct{})
		go s.listen(conn, n == 0, in)
		if _, err := fmt.Fprintf(conn, "NICK %s\r\nUSER %s 0 * :%s\r\n", nick, nick, nick); err != nil {
			t.Fatal(err)
		}
		select {
		case <-in:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s can't come to %s", nick, s.name)
		}
		s.people = append(s.people, conn)
	}
}

// listen answers the server and, for the one who reads, counts; it ends with
// the connection.
func (s *soakServer) listen(conn net.Conn, reads bool, in chan struct{}) {
	r := bufio.NewReader(conn)
	for {
		raw, err := r.ReadString('\n')
		if err != nil {
			return
		}
		source, rest, _ := strings.Cut(raw, " ")
		command, _, _ := strings.Cut(rest, " ")
		fromBot := strings.HasPrefix(source, ":sprintbot")
		switch {
		case source == "PING":
			fmt.Fprintf(conn, "PONG %s", rest)
		case command == "376" || command == "422":
			fmt.Fprintf(conn, "JOIN %s\r\n", s.channel)
		case command == "366":
			close(in)
		case command == "JOIN" && fromBot && reads:
			s.ear.came()
		case (command == "PRIVMSG" || command == "NOTICE") && fromBot:
			s.ear.note(raw, s.channel, reads)
		}
	}
}

func (e *soakEar) came() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.bots++
	close(e.here)
	e.here = make(chan struct{})
}

func (e *soakEar) note(raw, channel string, reads bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !strings.Contains(raw, " "+channel+" :") {
		e.answers++
	} else if w := soakWords.FindString(raw); reads && w != "" {
		e.words = append(e.words, w)
	}
}

func (e *soakEar) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.words)
}

// say lets somebody speak; false says that the server takes nothing now.
func (s *soakServer) say(target, words string, turn int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.people) < 3 {
		return false
	}
	conn := s.people[1+turn%2]
	if err := conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		return false
	}
	_, err := io.WriteString(conn, "PRIVMSG "+target+" :"+words+"\r\n")
	return err == nil
}

// chatter lets everybody speak in turn until ctx ends.
func (h *soak) chatter(ctx context.Context) {
	tick := time.NewTicker(soakEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		who := n % (len(h.irc) + 1)
		command := n%soakCommand == soakCommand-1
		network := soakSlack
		if who < len(h.irc) {
			network = h.irc[who].name
		}
		words := fmt.Sprintf("soak %s %06d", network, n)
		var ok bool
		switch {
		case command && network == soakSlack:
			h.slack.Slash("ada", "#sprints", "/sprint help")
			ok = true
		case command:
			ok = h.irc[who].say("sprintbot", "status", n)
		case network == soakSlack:
			h.slack.Say([]string{"ada", "grace"}[n/4%2], "#sprints", words)
			ok = true
		default:
			ok = h.irc[who].say(h.irc[who].channel, words, n/4)
		}
		h.mu.Lock()
		if ok && command {
			h.commands++
		} else if ok {
			h.said[words] = true
		}
		h.mu.Unlock()
	}
}

// answers are the lines that answered commands, and Slack's private words.
func (h *soak) answers() int {
	n := 0
	for _, s := range h.irc {
		s.ear.mu.Lock()
		n += s.ear.answers
		s.ear.mu.Unlock()
	}
	for _, p := range h.slack.Posts() {
		if p.To != "" || p.Direct != "" || p.Method == "response_url" {
			n++
		}
	}
	return n
}

// onSlack is what stands in Slack's channel, from IRC.
func (h *soak) onSlack() []string {
	var all []string
	for _, p := range h.slack.Posts() {
		if p.Method == "chat.postMessage" && p.ChannelName == "sprints" {
			all = append(all, soakWords.FindAllString(p.Text, -1)...)
		}
	}
	return all
}

// life is one run of the bot: its memory over time.
type life struct {
	begun, last time.Time
	memory      []float64 // MiB, every ten seconds
	goroutines  int       // at most
	rest        rest      // at its end
}

// start and end are medians of the first and the last few.
func (l life) start() float64 { return middle(l.memory[:min(len(l.memory), 6)]) }
func (l life) end() float64   { return middle(l.memory[max(0, len(l.memory)-6):]) }

func (l life) String() string {
	if len(l.memory) == 0 {
		return "too short to look at"
	}
	return fmt.Sprintf("%s, a process of %.1f MiB at first, %.1f at last, %.1f at most, %d goroutines at most; at its end %v",
		l.last.Sub(l.begun).Round(time.Second), l.start(), l.end(), slices.Max(l.memory), l.goroutines, l.rest)
}

func middle(of []float64) float64 {
	if len(of) == 0 {
		return 0
	}
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}

// watch notes memory and goroutines every ten seconds.
func (h *soak) watch(ctx context.Context) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		running := h.goroutines() // 0 while it is killed or stands still
		if running == 0 {
			continue
		}
		now := time.Now()
		h.mu.Lock()
		l := &h.lives[len(h.lives)-1]
		if l.begun.IsZero() {
			l.begun = now
		}
		l.last = now
		l.memory = append(l.memory, h.memory())
		l.goroutines = max(l.goroutines, running)
		h.mu.Unlock()
	}
}

// memory is what the program of this soak uses, found by its configuration.
func (h *soak) memory() float64 {
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return 0
	}
	for _, path := range all {
		line, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(line), filepath.Join(h.bot.dir, "config.yaml")) {
			var pid int
			if _, err := fmt.Sscanf(path, "/proc/%d/cmdline", &pid); err == nil {
				return memoryMiB(pid, "VmRSS")
			}
		}
	}
	return 0
}

// goroutines counts those of the bot, 0 if it does not answer.
func (h *soak) goroutines() (n int) {
	h.bot.debug("goroutine?debug=1", func(line string) {
		if n == 0 {
			_, _ = fmt.Sscanf(line, "goroutine profile: total %d", &n)
		}
	})
	return n
}

// state is where the soak stands.
func (h *soak) state() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	memory := 0.0
	if l := h.lives[len(h.lives)-1]; len(l.memory) > 0 {
		memory = l.memory[len(l.memory)-1]
	}
	return fmt.Sprintf("%d said, memory %.1f MiB, load %s", len(h.said), memory, machineLoad())
}
