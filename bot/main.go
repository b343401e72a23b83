// Command sprintbot is one bot for one sprint event: it bridges Slack and IRC
// channels, keeps the list of projects and tables, hands out first issues, and
// counts who came. Without a configuration it runs a made-up sprint on this
// machine, with a console and a page on loopback.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// options are the command line.
type options struct {
	Config  string `short:"c" placeholder:"FILE" help:"Configuration file. Default: config.yaml in this folder, if there is one."`
	DB      string `name:"db" placeholder:"PATH" help:"Database file. Default: sprintbot-sample.db, or what the configuration says."`
	Listen  string `placeholder:"ADDR" help:"Address of the page, as 127.0.0.1:8080; port 0 takes a free one. Default: that address, or what the configuration says."`
	Version bool   `help:"Print the version and end."`

	looking
	trying
}

// do runs the bot, helps to set it up, or looks at what it keeps.
func (o options) do(ctx context.Context, command string) error {
	switch command {
	case "run":
		return run(ctx, o, os.Stdin, os.Stdout, os.Stderr)
	case "check":
		return checkNow(ctx, o, os.Stdout)
	case "slack-manifest":
		return slackManifest(o, os.Stdout)
	}
	return look(ctx, command, o, os.Stdout)
}

func main() {
	var o options
	line := kong.Parse(&o, kong.Name("sprintbot"), kong.Description("A sprint coordination bot for Slack and IRC. Without a configuration it runs a made-up sprint on this machine."), kong.UsageOnError())
	if o.Version {
		fmt.Println("sprintbot", version())
		return
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(40) // a quarter less memory while it relays, for 3 to 5 % more of its CPU time
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends at once
	err := o.do(ctx, line.Selected().Name)
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "sprintbot:", err)
		stop()
		os.Exit(1)
	}
}
