package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const (
	sampleDays    = 4
	sampleNetwork = "sample" // of its people: no network of that name exists
	sampleOwner   = "sample-sprints"
	sampleSite    = "https://example.org/" // addresses of the sample lead nowhere
	// sampleCame is how many sat down yesterday and, after those who sit there
	// now, how many have left again today.
	sampleCame, sampleLeft = 112, 11
)

// openSample opens the database of the sample sprint. A new one begins where
// there is none, and where the old one is over: its file is then kept beside
// the new one, and note says so. A database of a real sprint is refused.
func openSample(ctx context.Context, path string, clock sprints.Clock, log *slog.Logger) (store *sqlite.Store, note string, err error) {
	store, event, err := openEvent(ctx, path, clock, log)
	if err != nil {
		return nil, "", err
	}
	if event.Name != "" && !event.Sample {
		return nil, "", errors.Join(
			fmt.Errorf("%s holds %s, a real sprint: start it with --config FILE, or name another file with --db PATH", path, event.Name),
			store.Close())
	}
	if event.Sample && event.Last.Before(event.Today(clock.Now())) {
		if err := store.Close(); err != nil {
			return nil, "", fmt.Errorf("close the old sample: %w", err)
		}
		aside, err := setAside(path, event.Last)
		if err != nil {
			return nil, "", fmt.Errorf("keep the old sample beside the new one: %w", err)
		}
		note = fmt.Sprintf("The sample sprint of %s to %s is over. A new one began; the old one is kept in %s.\n\n",
			event.First.Format("2 January"), event.Last.Format("2 January"), aside)
		if store, _, err = openEvent(ctx, path, clock, log); err != nil {
			return nil, "", err
		}
	}
	if err := seedSample(ctx, store, time.Local); err != nil {
		return nil, "", errors.Join(fmt.Errorf("make the sample sprint: %w", err), store.Close())
	}
	return store, note, nil
}

// openEvent opens a database and reads its event, the zero Event of a new one.
func openEvent(ctx context.Context, path string, clock sprints.Clock, log *slog.Logger) (*sqlite.Store, sprints.Event, error) {
	store, err := sqlite.Open(ctx, path, sqlite.Options{Clock: clock, Log: log})
	if err != nil {
		return nil, sprints.Event{}, err
	}
	var event sprints.Event
	err = store.Read(ctx, func(v sprints.View) error {
		if event, err = v.Event(); errors.Is(err, sprints.ErrNotFound) {
			event = sprints.Event{Zone: time.Local}
			return nil
		}
		return err
	})
	if err != nil {
		return nil, sprints.Event{}, errors.Join(err, store.Close())
	}
	return store, event, nil
}

// setAside renames a closed database to one with its last day in its name.
func setAside(path string, last sprints.Day) (string, error) {
	ext := filepath.Ext(path)
	base := strings.TrimSuffix(path, ext) + "-until-" + last.String()
	aside := base + ext
	for n := 2; ; n++ {
		if _, err := os.Lstat(aside); errors.Is(err, os.ErrNotExist) {
			break
		} else if err != nil {
			return "", err
		}
		aside = fmt.Sprintf("%s-%d%s", base, n, ext)
	}
	for _, part := range []string{"-wal", "-shm", ""} { // the file itself last
		if err := os.Rename(path+part, aside+part); err != nil && (part == "" || !errors.Is(err, os.ErrNotExist)) {
			return "", err
		}
	}
	return aside, nil
}

// refuseSample stops a start with a configuration on the sample's database.
func refuseSample(v sprints.EventReader, path string) error {
	event, err := v.Event()
	if errors.Is(err, sprints.ErrNotFound) || err == nil && !event.Sample {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%s holds the made-up sample sprint, which must not mix with a real one: name another file in the key database", path)
}

// seedSample makes a sample sprint in a store without an event, with today, in
// zone, as its second day. On a later day of it, its people sit down anew.
func seedSample(ctx context.Context, store sprints.Store, zone *time.Location) error {
	return store.Write(ctx, func(tx sprints.Tx) error {
		s := &sample{tx: tx, people: map[string]sprints.PersonID{}}
		event, err := tx.Event()
		switch {
		case errors.Is(err, sprints.ErrNotFound):
			today := sprints.DayOf(tx.Now(), zone)
			s.event = sprints.Event{
				Name: "Sample Sprints " + today.Format("2006"), Zone: zone,
				First: today.Add(-1), Last: today.Add(sampleDays - 2), Sample: true,
			}
			return s.all()
		case err != nil:
			return err
		}
		s.event = event
		today := event.Today(tx.Now())
		seats, err := tx.SeatsOn(today)
		if err != nil || !event.On(today) || len(seats) > 0 {
			return err
		}
		if _, err := tx.CloseDays(today, event.Zone); err != nil {
			return err
		}
		return s.today(today)
	})
}

// sample writes the sample sprint.
type sample struct {
	tx     sprints.Tx
	event  sprints.Event
	people map[string]sprints.PersonID
}

func (s *sample) all() error {
	today := s.event.Today(s.tx.Now())
	if err := s.tx.SetEvent(s.event); err != nil {
		return err
	}
	for _, step := range []func() error{
		s.rooms, s.projects,
		func() error { return s.yesterday(today.Add(-1)) },
		func() error { return s.today(today) },
		func() error { return s.counts(today) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *sample) rooms() error {
	for _, r := range sampleRooms() {
		room := sprints.Room{Code: r.code, Name: r.name, Floor: r.floor}
		if err := s.tx.SaveRoom(room); err != nil {
			return err
		}
		for _, t := range r.tables {
			table := sprints.Table{Room: room}
			if _, err := fmt.Sscan(t, &table.Code, &table.Seats); err != nil {
				return err
			}
			if err := s.tx.SaveTable(table); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sample) projects() error {
	now := s.tx.Now()
	for _, p := range sampleProjects() {
		slug := sprints.Slug(p.name)
		id, err := s.tx.AddProject(sprints.Project{
			Slug: slug, Name: p.name, Summary: p.summary, Langs: p.langs, Level: p.level,
			FirstTimers: p.firstTimers, SetupMinutes: p.setup, Contact: p.lead,
			State: sprints.Listed, Sample: true, At: now,
		})
		if err != nil {
			return err
		}
		lead, err := s.person(p.lead)
		if err != nil {
			return err
		}
		page := sprints.Page{
			Project: id, URL: sampleSite + slug, By: lead, Title: p.name, Summary: p.summary, Status: 200, CheckedAt: now,
		}
		repo, err := s.tx.AddRepo(sprints.Repo{Project: id, Owner: sampleOwner, Name: slug, SyncedAt: now, Sample: true})
		if err != nil {
			return err
		}
		if _, err := s.tx.AddPage(page); err != nil {
			return err
		}
		if err := s.tx.AddLead(id, lead); err != nil {
			return err
		}
		if err := s.tx.ShowPerson(lead, true); err != nil {
			return err
		}
		if err := s.tx.UseTable(p.table, id, 0); err != nil {
			return err
		}
		if err := s.issues(repo, slug, p.issues); err != nil {
			return err
		}
	}
	return nil
}

func (s *sample) issues(repo sprints.RepoID, slug string, issues []sampleIssue) error {
	now := s.tx.Now()
	for _, i := range issues {
		labels := strings.Split(i.labels, ", ")
		at := now.AddDate(0, 0, -i.age)
		_, err := s.tx.SaveIssue(sprints.Issue{
			Repo: repo, Number: i.number, Title: i.title, URL: fmt.Sprintf("%s%s/issues/%d", sampleSite, slug, i.number),
			Labels: labels, Tier: sprints.IssueTier(labels, nil), Minutes: i.minutes,
			Open: true, CreatedAt: at, UpdatedAt: at, SeenAt: now,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// person meets a made-up person, once.
func (s *sample) person(nick string) (sprints.PersonID, error) {
	if id, met := s.people[nick]; met {
		return id, nil
	}
	p, err := s.tx.Meet(chat.Handle{Network: sampleNetwork, ID: "sample:" + nick, Nick: nick})
	s.people[nick] = p.ID
	return p.ID, err
}

// sitting is somebody at a project's table.
type sitting struct {
	nick  string
	where sampleProject
}

// places deals n nicks out over the tables, so that the same people come to
// the same tables each day; leads sit at their own.
func places(n int) []sitting {
	projects, nicks := sampleProjects(), sampleNicks()
	var all []sitting
	for _, p := range projects {
		all = append(all, sitting{p.lead, p})
	}
	for i := 0; len(all) < n; i++ {
		all = append(all, sitting{nicks[i%len(nicks)], projects[i%len(projects)]})
	}
	return all[:n]
}

// yesterday has everybody sit from the morning on, until the day's end.
func (s *sample) yesterday(day sprints.Day) error {
	for i, p := range places(sampleCame) {
		in := day.Start(s.event.Zone).Add(9*time.Hour + time.Duration(i)*4*time.Minute)
		id, err := s.sit(p, day, in)
		if err != nil {
			return err
		}
		if err := s.tx.CloseSeat(id, day.End(s.event.Zone), sprints.DayEnd); err != nil {
			return err
		}
	}
	return nil
}

// today has some come again: who sits there now, and who has left already.
func (s *sample) today(day sprints.Day) error {
	start, now := day.Start(s.event.Zone), s.tx.Now()
	ago := func(minutes int) time.Time { return latest(start, now.Add(-time.Duration(minutes)*time.Minute)) }
	seated := map[string]int{}
	left := 0
	for i, p := range places(sampleCame) {
		name := p.where.name
		free := p.where.seated - seated[name]
		if p.nick == p.where.lead && !p.where.leadHere || free <= 0 && left >= sampleLeft {
			continue
		}
		id, err := s.sit(p, day, ago(180-i))
		if err != nil {
			return err
		}
		if free > 0 {
			seated[name]++
			if i%3 == 0 {
				if err := s.tx.ShowPerson(s.people[p.nick], true); err != nil {
					return err
				}
			}
			continue
		}
		left++
		if err := s.tx.CloseSeat(id, ago(30), sprints.SaidBye); err != nil {
			return err
		}
	}
	return nil
}

func (s *sample) sit(p sitting, day sprints.Day, at time.Time) (int64, error) {
	id, err := s.person(p.nick)
	if err != nil {
		return 0, err
	}
	project, err := s.tx.ProjectBySlug(sprints.Slug(p.where.name))
	if err != nil {
		return 0, err
	}
	return s.tx.AddSeat(sprints.Seat{Person: id, Project: project.ID, Table: p.where.table, Day: day, In: at, Via: sampleNetwork})
}

// counts are three measures of yesterday, and what is known of today by now.
func (s *sample) counts(today sprints.Day) error {
	by, err := s.person(sampleProjects()[0].lead)
	if err != nil {
		return err
	}
	start, now := today.Start(s.event.Zone), s.tx.Now()
	noon := start.Add(13 * time.Hour)
	lunch, wifi := sampleTotals()
	all := []sprints.Count{
		{Kind: sprints.Lunch, Value: lunch[0], At: noon.AddDate(0, 0, -1)},
		{Kind: sprints.WiFi, Value: wifi[0], At: noon.AddDate(0, 0, -1)},
		{Kind: sprints.WiFi, Value: wifi[1], At: latest(start, now.Add(-2*time.Hour))},
	}
	if now.After(noon.Add(time.Hour)) {
		all = append(all, sprints.Count{Kind: sprints.Lunch, Value: lunch[1], At: noon})
	}
	for _, r := range sampleRooms() {
		all = append(all,
			sprints.Count{Kind: sprints.Head, Room: r.code, Value: r.counted[0], At: noon.AddDate(0, 0, -1).Add(-2 * time.Hour)},
			sprints.Count{Kind: sprints.Head, Room: r.code, Value: r.counted[1], At: latest(start, now.Add(-2*time.Hour))})
	}
	slices.SortStableFunc(all, func(a, b sprints.Count) int { return a.At.Compare(b.At) })
	for _, c := range all {
		c.Day, c.By = s.event.Today(c.At), by
		if _, err := s.tx.AddCount(c); err != nil {
			return err
		}
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
