package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// looking are the subcommands: they open the database for reading only, beside
// a bot that runs.
type looking struct {
	Run     struct{} `cmd:"" default:"1" help:"Run the bot. This is what happens without a command."`
	Bridges struct{} `cmd:"" help:"How each network and each bridged channel is: state, pace, last heard, last sent, what waits, what holds it up."`
	Jobs    struct{} `cmd:"" help:"How the jobs went, and when they go next."`
	Backup  struct {
		Path string `arg:"" help:"File to write; it must not be there yet."`
	} `cmd:"" help:"Copy the database into a new file, also while the bot runs."`
}

// look runs the subcommand of that name.
func look(ctx context.Context, command string, o options, out io.Writer) (err error) {
	path, cfg, err := o.database()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); o.Config == "" && cfg.Database == "" && o.DB == "" && errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is no config.yaml in this folder, and no sample sprint: name the configuration with --config FILE")
	}
	store, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if command != "backup" {
		if err := sayStill(ctx, store, path, out); err != nil {
			return err
		}
	}
	switch command {
	case "bridges":
		return lookAtBridges(ctx, store, cfg, out)
	case "jobs":
		return lookAtJobs(ctx, store, out)
	}
	if err := store.Backup(ctx, o.Backup.Path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s is there already: name a new file", o.Backup.Path)
		}
		return err
	}
	_, err = fmt.Fprintf(out, "%s is copied to %s\n", path, o.Backup.Path)
	return err
}

// database is where the bot of these options has its database, with as much of
// the configuration as can be read: secrets need not be set to look.
func (o options) database() (path string, cfg Config, err error) {
	config := o.Config
	if config == "" {
		if _, err := os.Stat("config.yaml"); err == nil {
			config = "config.yaml"
		}
	}
	if config != "" {
		cfg, err = loadConfig(config)
		if path = cmp.Or(o.DB, cfg.Database); path == "" {
			return "", cfg, err
		}
		return path, cfg, nil
	}
	return cmp.Or(o.DB, "sprintbot-sample.db"), cfg, nil
}

// instants tells times as the venue's clock shows them.
func instants(v sprints.View) (func(time.Time) string, error) {
	zone := time.UTC
	switch e, err := v.Event(); {
	case err == nil:
		zone = e.Zone
	case !errors.Is(err, sprints.ErrNotFound):
		return nil, err
	}
	today := v.Now().In(zone).Format(time.DateOnly)
	return func(t time.Time) string {
		switch t = t.In(zone); {
		case t.IsZero():
			return "-"
		case t.Format(time.DateOnly) == today:
			return t.Format("15:04:05")
		}
		return t.Format("2006-01-02 15:04")
	}, nil
}

// sayStill says so where no bot has the database open: what follows is how it
// was when the last one ended.
func sayStill(ctx context.Context, store sprints.Store, path string, out io.Writer) error {
	running, err := sqlite.Running(path)
	if err != nil {
		_, err = fmt.Fprintf(out, "Whether the bot is running can't be seen: %v\n\n", err)
		return err
	}
	if running {
		return nil
	}
	return store.Read(ctx, func(v sprints.View) error {
		at, err := instants(v)
		if err != nil {
			return err
		}
		last, err := lastKept(v)
		if err != nil {
			return err
		}
		words := "The bot is not running."
		if !last.IsZero() {
			words = fmt.Sprintf("The bot is not running; this is how it was at %s.", at(last))
		}
		_, err = fmt.Fprintln(out, words+"\n")
		return err
	})
}

// lastKept is when a bot last kept anything of its networks, places and jobs,
// zero never.
func lastKept(v sprints.View) (last time.Time, err error) {
	later := func(t time.Time) {
		if t.After(last) {
			last = t
		}
	}
	networks, err := v.Networks()
	if err != nil {
		return last, err
	}
	for _, n := range networks {
		later(n.At)
	}
	traffic, err := v.Traffic()
	if err != nil {
		return last, err
	}
	for _, t := range traffic {
		later(t.Heard)
		later(t.Sent)
	}
	runs, err := v.JobRuns()
	for _, r := range runs {
		later(r.At)
	}
	return last, err
}

func lookAtBridges(ctx context.Context, store sprints.Store, cfg Config, out io.Writer) error {
	if err := lookAtNetworks(ctx, store, out); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	err := store.Read(ctx, func(v sprints.View) error {
		at, err := instants(v)
		if err != nil {
			return err
		}
		traffic, err := v.Traffic()
		if err != nil {
			return err
		}
		fmt.Fprintln(w, "PLACE\tHEARD\tSENT\tWAIT\tOLDEST\tHELD UNTIL\tREFUSED\tPAUSED\tPACE\tLAST ERROR")
		line := func(name string, t sprints.Traffic) {
			refused := strconv.Itoa(t.Dead)
			if t.Undone > 0 {
				refused += fmt.Sprintf(" (%d edits)", t.Undone)
			}
			pace := "-"
			if t.Learned > 0 {
				pace = "one each " + t.Learned.String() + ", learned"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", name, at(t.Heard), at(t.Sent), t.Waiting, at(t.Oldest), at(t.Held), refused,
				at(t.Paused), pace, cmp.Or(sprints.OneLine(t.Reason), "-"))
		}
		var listed []chat.Place
		for _, b := range cfg.Bridges {
			for _, p := range b.Join {
				if slices.Contains(listed, p) {
					continue
				}
				t := sprints.Traffic{}
				if n := slices.IndexFunc(traffic, func(t sprints.Traffic) bool { return t.Place == p }); n >= 0 {
					t = traffic[n]
				}
				listed = append(listed, p)
				// The number that bridge pause, resume and retry take.
				line(strconv.Itoa(len(listed))+" "+p.String(), t)
			}
		}
		for _, t := range traffic {
			name := "- " + t.Place.String()
			if _, direct := t.Place.DirectID(); direct {
				name = "- " + t.Place.Network + ", in private"
			}
			if !slices.Contains(listed, t.Place) {
				line(name, t)
			}
		}
		ignored, err := v.Ignored()
		for _, i := range ignored {
			fmt.Fprintf(w, "ignored on %s: %s\n", i.Network, i.Who)
		}
		if err != nil {
			return err
		}
		trusted, err := v.Trusted()
		for _, i := range trusted {
			fmt.Fprintf(w, "no relay on %s: %s\n", i.Network, i.Who)
		}
		return err
	})
	return errors.Join(err, w.Flush())
}

// lookAtNetworks shows what the bot said of its networks when anything last
// changed.
func lookAtNetworks(ctx context.Context, store sprints.Store, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	err := store.Read(ctx, func(v sprints.View) error {
		at, err := instants(v)
		if err != nil {
			return err
		}
		all, err := v.Networks()
		if err != nil || len(all) == 0 {
			return err
		}
		fmt.Fprintln(w, "NETWORK\tSTATE\tSINCE\tPACE\tLAST CHANGE\tIN ITS WORDS")
		for _, n := range all {
			state := "away"
			switch {
			case n.Status.Up:
				state = "connected"
			case n.Status.Fatal:
				state = "given up"
			}
			pace := "-"
			if every := max(n.Pace.Every, n.Pace.PlaceEvery); every > 0 {
				pace = "one each " + every.String()
			}
			if n.Learned > 0 {
				pace += ", learned"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", n.Name, state, at(n.Status.Since), pace, at(n.At), cmp.Or(sprints.OneLine(n.Status.Note), "-"))
		}
		fmt.Fprintln(w)
		return nil
	})
	return errors.Join(err, w.Flush())
}

func lookAtJobs(ctx context.Context, store sprints.Store, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	err := store.Read(ctx, func(v sprints.View) error {
		at, err := instants(v)
		if err != nil {
			return err
		}
		runs, err := v.JobRuns()
		fmt.Fprintln(w, "JOB\tLAST\tTOOK\tNEXT\tSTATE\tRESULT")
		for _, r := range runs {
			state := "ok"
			if r.Failed {
				state = "failed"
			}
			next := at(r.Next)
			if r.Next.Sub(v.Now()) > 365*24*time.Hour {
				next = "-"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, at(r.At), r.Took.Round(time.Millisecond), next, state, strings.ReplaceAll(r.Result, "\n", " "))
		}
		return err
	})
	return errors.Join(err, w.Flush())
}
