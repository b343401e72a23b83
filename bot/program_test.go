package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ergochat/irc-go/ircfmt"

	"sprintbot/adapters/irc/irctest"
)

// program is the built bot, with the configuration in its folder, started and
// ended as often as a test likes.
type program struct {
	t       *testing.T
	dir     string
	env     []string
	starts  int
	address string // of the page, from the newest start
	cmd     *exec.Cmd
	waited  chan error
	logged  logged // by all starts
}

// logged is what a program wrote to its log.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{} // closed and replaced when there is more; nil until somebody waits
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
	return l.text.Write(p)
}

// wait returns once the log holds words.
func (l *logged) wait(t *testing.T, ctx context.Context, words string) {
	t.Helper()
	for {
		l.mu.Lock()
		if strings.Contains(l.text.String(), words) {
			l.mu.Unlock()
			return
		}
		if l.more == nil {
			l.more = make(chan struct{})
		}
		more := l.more
		l.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			t.Fatalf("the bot never logged %q", words)
		}
	}
}

// start runs the program and returns once it has printed its page's address.
func (p *program) start() {
	p.t.Helper()
	path, err := buildDayBot()
	if err != nil {
		p.t.Fatal(err)
	}
	p.starts++
	log := &testLog{t: p.t}
	p.cmd = exec.Command(path, "--config", filepath.Join(p.dir, "config.yaml"))
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stderr = io.MultiWriter(log, &p.logged)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	waited, address := make(chan error, 1), make(chan string, 1)
	p.waited = waited
	cmd := p.cmd
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			log.Write(append(lines.Bytes(), '\n'))
			if a := pageAddress.FindString(lines.Text()); a != "" && len(address) == 0 {
				address <- a
			}
		}
		waited <- cmd.Wait()
	}()
	select {
	case p.address = <-address:
	case err := <-waited:
		p.cmd = nil // kill has nothing to wait for
		p.t.Fatalf("the bot ended at its start: %v", err)
	case <-time.After(30 * time.Second):
		p.t.Fatal("the bot printed no address")
	}
}

// stop ends the program as an operator would.
func (p *program) stop() {
	p.t.Helper()
	if p.cmd == nil {
		return
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.waited:
		if err != nil {
			p.t.Errorf("the bot's end: %v", err)
		}
		p.cmd = nil
	case <-time.After(15 * time.Second):
		p.t.Error("the bot did not end within 15 s")
		p.kill()
	}
}

// kill ends it without a warning.
func (p *program) kill() {
	if p.cmd != nil {
		p.cmd.Process.Kill()
		<-p.waited
		p.cmd = nil
	}
}

// nick is what the bot is called now where c is.
func (p *program) nick(c *irctest.Client) string {
	nick := "sprintbot"
	for _, l := range c.Lines() {
		if l.Command == "JOIN" && len(l.Nick) >= len(nick) && l.Nick[:9] == "sprintbot" {
			nick = l.Nick
		}
		if l.Command == "NICK" && l.Nick == nick {
			nick = l.Target()
		}
	}
	return nick
}

func strip(s string) string { return ircfmt.Strip(s) }
