//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFaultReloadWhilePeopleTalk has the IRC network started again by SIGHUP,
// with another nick each time, while people talk on both sides: the old
// connection ends before the new one takes over, and nothing comes twice.
func TestFaultReloadWhilePeopleTalk(t *testing.T) {
	t.Parallel()
	times := rounds(4)
	c := newCorner(t, cornerStage{takes: time.Duration(times) * 5 * time.Second})
	c.says(5)
	c.arrives()
	before, path := c.restful(), filepath.Join(c.dir, "config.yaml")
	for n := range times {
		old, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, nick, _ := strings.Cut(string(old), "nick: ")
		nick, _, _ = strings.Cut(nick, ",")
		next := strings.Replace(string(old), "nick: "+nick, fmt.Sprint("nick: sprintbot", n%2), 1)
		if err := os.WriteFile(path, []byte(next), 0o600); err != nil {
			t.Fatal(err)
		}
		joins := c.joins()
		c.says(10)
		c.signal(syscall.SIGHUP)
		c.saysOn(30, sideSlack)
		c.isBack(joins)
		c.unsure = len(c.spoken)
		c.says(5)
		c.arrives()
	}
	c.rests(before)
	c.stop()
	c.allArrived(0, true)
}
