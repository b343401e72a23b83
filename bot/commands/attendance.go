package commands

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/attendance"
	"sprintbot/sprints/chat"
)

func attendanceCommands() []Command {
	return []Command{
		{
			Name: "headcount", Aliases: []string{"heads", "head count"}, Usage: "ROOM N",
			Summary:  "How many people you counted in a room.",
			Detail:   "Kept with the time and who counted. A second number within the hour corrects the first; both are kept.",
			Examples: []string{"headcount 302 41"},
			Access:   Organizer, Min: 2, Max: -1, Run: headcount,
		},
		{
			Name: "lunch", Aliases: []string{"lunches"}, Usage: "N",
			Summary:  "How many lunches were eaten today.",
			Detail:   "One number a day; a later one corrects it, and both are kept.",
			Examples: []string{"lunch 231"},
			Access:   Organizer, Min: 1, Max: 1, Run: func(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
				return call.enter(tx, sprints.Lunch)
			},
		},
		{
			Name: "wifi", Aliases: []string{"wlan"}, Usage: "N",
			Summary:  "How many devices the wireless network has.",
			Detail:   "A number from the network team, never addresses. A second one within the hour corrects the first; both are kept.",
			Examples: []string{"wifi 270"},
			Access:   Organizer, Min: 1, Max: 1, Run: func(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
				return call.enter(tx, sprints.WiFi)
			},
		},
		{
			Name: "attendance", Aliases: []string{"numbers", "counts"}, Usage: "[DAY]",
			Summary:  "How many came, day by day, by every measure.",
			Detail:   "The estimate is the median of the measures, scaled to head counts; in brackets from lowest to highest. A chart shows it, where pictures are shown.",
			Examples: []string{"attendance", "attendance 1"},
			Access:   Organizer, Max: 2, Run: attended,
		},
	}
}

// headcount keeps the number of people in a room. The room stands in front of
// the number; the other way round is taken where it can't mean anything else.
func headcount(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	last := len(call.Args) - 1
	room, n, err := call.roomAndNumber(tx, call.Args[:last], call.Args[last])
	if sprints.Refused(err) != nil {
		if r, m, turned := call.roomAndNumber(tx, call.Args[1:], call.Args[0]); turned == nil {
			room, n, err = r, m, nil
		}
	}
	if err != nil {
		return chat.Reply{}, err
	}
	call.object = "room " + room.Code
	return call.count(tx, sprints.Count{Kind: sprints.Head, Room: room.Code, Value: n}, roomName(room))
}

func (c *Call) roomAndNumber(v sprints.TableReader, room []string, digits string) (sprints.Room, int, error) {
	n, err := headNumber(digits)
	if err != nil {
		return sprints.Room{}, 0, err
	}
	r, err := findRoom(v, strings.Join(room, " "), n)
	return r, n, err
}

// enter keeps a number that is of no room.
func (c *Call) enter(tx sprints.Tx, kind sprints.CountKind) (chat.Reply, error) {
	n, err := headNumber(c.Args[0])
	if err != nil {
		return chat.Reply{}, err
	}
	names := map[sprints.CountKind]string{sprints.Lunch: "Lunch", sprints.WiFi: "WiFi"}
	return c.count(tx, sprints.Count{Kind: kind, Value: n}, names[kind])
}

// headNumber reads a number of people: 41, 2,700.
func headNumber(s string) (int, error) {
	n, err := strconv.Atoi(strings.NewReplacer(",", "", ".", "", "'", "", "_", "").Replace(s))
	if err != nil {
		return 0, sprints.Refuse(sprints.Unclear, "%q is no number of people; it is written like 41.", shortened(s))
	}
	return n, nil
}

// findRoom is the room that a person means by its code or name, or a unique
// beginning of these. A Refusal offers the rooms with the number to be kept.
func findRoom(v sprints.TableReader, typed string, n int) (sprints.Room, error) {
	rooms, err := v.Rooms()
	if err != nil {
		return sprints.Room{}, err
	}
	want := fold(typed)
	bare := strings.TrimSpace(strings.TrimPrefix(want, "room"))
	for _, r := range rooms {
		if c := fold(r.Code); c == want || c == bare || fold(r.Name) == want {
			return r, nil
		}
	}
	var begins []sprints.Room
	for _, r := range rooms {
		if bare != "" && (strings.HasPrefix(fold(r.Code), bare) || strings.HasPrefix(fold(r.Name), want)) {
			begins = append(begins, r)
		}
	}
	if len(begins) == 1 {
		return begins[0], nil
	}
	r := sprints.Refuse(sprints.Unknown, "I know no room %q.", shortened(typed))
	if len(begins) > 1 {
		r, rooms = sprints.Refuse(sprints.Unclear, "%d rooms begin with %q.", len(begins), shortened(typed)), begins
	}
	for _, room := range rooms[:min(len(rooms), suggestions)] {
		r.Hint(fmt.Sprintf("headcount %s %d", room.Code, n))
	}
	if len(rooms) == 0 {
		r.Hint("where")
	}
	return sprints.Room{}, r
}

func roomName(r sprints.Room) string {
	if r.Name == "" {
		return "Room " + r.Code
	}
	return r.Name
}

// count keeps a number, or asks about it first where it can hardly be.
func (c *Call) count(tx sprints.Tx, n sprints.Count, name string) (chat.Reply, error) {
	if !c.confirmed {
		biggest, doubt, err := sprints.Doubt(tx, n)
		if err != nil {
			return chat.Reply{}, err
		}
		if doubt && n.Value <= sprints.CountMax {
			return c.doubt(tx, n, biggest, name)
		}
	}
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	person, err := c.Meet(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	n.By = person.ID
	counted, err := sprints.Enter(tx, n)
	if err != nil {
		return chat.Reply{}, err
	}
	lines := []chat.Line{c.Say("%s: %d at %s.", name, n.Value, clock(e, tx.Now(), tx.Now()))}
	if old := counted.Before; old != nil {
		lines[0] = c.Say("%s: %d, instead of %d from %s. Both are kept.", name, n.Value, old.Value, clock(e, tx.Now(), old.At))
	}
	sum, err := c.today(tx, counted.Count.Day)
	if err != nil {
		return chat.Reply{}, err
	}
	return c.Answer(append(lines, sum, c.Try("attendance"))...)
}

// doubt asks whether a number is meant.
func (c *Call) doubt(tx sprints.Tx, n, biggest sprints.Count, name string) (chat.Reply, error) {
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	if err := sprints.MustBeOn(e, tx.Now()); err != nil {
		return chat.Reply{}, err
	}
	line := fmt.Sprintf("%s %d", c.Command.Name, n.Value)
	if n.Kind == sprints.Head {
		line = fmt.Sprintf("%s %s %d", c.Command.Name, n.Room, n.Value)
	}
	c.right = "" // nothing is done yet
	if err := c.ask(tx, line); err != nil {
		return chat.Reply{}, err
	}
	say := c.Say("%s: %d is a great many. Really? yes / no", name, n.Value)
	if biggest.Value > 0 {
		say = c.Say("%s: %d is %d times the most so far, %d on %s. Really? yes / no", name, n.Value, n.Value/biggest.Value, biggest.Value, biggest.Day.Format("Mon 2 Jan"))
	}
	return c.Answer(say, c.Try("yes"), c.Try("no"))
}

// today is what the day's counts say together.
func (c *Call) today(v sprints.View, day sprints.Day) (chat.Line, error) {
	counts, err := v.CountsOn(day)
	if err != nil {
		return chat.Line{}, err
	}
	head, lunch, wifi := attendance.Heads(counts), attendance.Lunches(counts), attendance.Devices(counts)
	line := fmt.Sprintf("Today: %s, %s, %s.", headWords(head), measure("lunch", lunch), measure("WiFi", wifi))
	if head.Known && wifi.Known && wifi.Value > 0 {
		line += fmt.Sprintf(" Heads to WiFi: %.2f.", float64(head.Value)/float64(wifi.Value))
	}
	return c.Line(chat.Hint, "%s", line), nil
}

// attended reports how many came.
func attended(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	today := e.Today(tx.Now())
	if today.Before(e.First) {
		return chat.Reply{}, sprints.MustBeOn(e, tx.Now())
	}
	var seats []sprints.Seat
	for d := e.First; !e.Last.Before(d) && !today.Before(d); d = d.Add(1) {
		some, err := tx.SeatsOn(d)
		if err != nil {
			return chat.Reply{}, err
		}
		seats = append(seats, some...)
	}
	counts, err := tx.Counts()
	if err != nil {
		return chat.Reply{}, err
	}
	days := attendance.Report(e, today, seats, counts)
	if len(call.Args) == 0 {
		reply, err := call.Answer(call.report(e, days)...)
		if err == nil && call.Desk.Chart != nil {
			if reply.Picture, err = call.Desk.Chart(tx, e, days); reply.Picture != nil {
				reply.Picture.Told = true // by the rows
			}
		}
		return reply, err
	}
	day, err := sprints.NamedDay(e, today, call.Rest(0))
	if r := sprints.Refused(err); r != nil {
		return chat.Reply{}, r.Hint("attendance")
	}
	i := slices.IndexFunc(days, func(d attendance.Day) bool { return d.Day == day })
	if i < 0 {
		return chat.Reply{}, sprints.Refuse(sprints.Closed, "%s is still to come.", sprints.DayTitle(e, day)).Hint("attendance")
	}
	rooms, err := tx.Rooms()
	if err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(call.oneDay(e, days[i], len(rooms))...)
}

// report is a row a day.
func (c *Call) report(e sprints.Event, days []attendance.Day) []chat.Line {
	title := c.Line(chat.Title, "Attendance of %s", e.Name)
	if e.Sample {
		title = c.Line(chat.Title, "Attendance of %s (sample)", e.Name)
	}
	lines := []chat.Line{title}
	for _, d := range days {
		cells := []chat.Text{c.Text("%s:", dayWords(e, d)), c.Text("%d checked in,", d.Measures.CheckedIn), c.Text("%s,", headWords(d.Measures.Head)),
			c.Text("%s,", measure("lunch", d.Measures.Lunch)), c.Text("%s;", measure("WiFi", d.Measures.WiFi)), c.Text("estimate %s", estimateWords(d.Estimate))}
		if d.Number > 1 {
			cells[len(cells)-1] = c.Text("estimate %s,", estimateWords(d.Estimate))
			cells = append(cells, c.Text("%s", dropWords(d.Drop)))
		}
		lines = append(lines, chat.Line{Role: chat.Row, Cells: cells})
	}
	last := days[len(days)-1]
	if last.Day.Before(e.Last) && last.Estimate.Known {
		low, high := attendance.Forecast(last.Estimate.Best, 1)
		lines = append(lines, c.Line(chat.Hint, "Tomorrow %d to %d, if 30 to 50 %% fewer come, as elsewhere.", low, high))
	}
	return lines
}

// oneDay is all figures of a day.
func (c *Call) oneDay(e sprints.Event, d attendance.Day, rooms int) []chat.Line {
	m := d.Measures
	lines := []chat.Line{c.Line(chat.Title, "%s", dayWords(e, d))}
	if d.Number == 1 {
		lines = append(lines, c.Say("Checked in: %d.", m.CheckedIn))
	} else {
		lines = append(lines, c.Say("Checked in: %d, %d of them new. Of the day before %s came again, of day 1 %s.", m.CheckedIn, d.New, percent(d.Kept), percent(d.Retained)))
	}
	head := c.Say("Head count: n/a.")
	if m.Head.Known {
		head = c.Say("Head count: %d in %d of %s, the last at %s.", m.Head.Value, m.Head.Rooms, count(rooms, "room", "rooms"), m.Head.At.In(e.Zone).Format("15:04"))
	}
	lines = append(lines, head, c.Say("Lunches: %s. WiFi: %s.", value(m.Lunch), value(m.WiFi)))
	est := c.Say("Estimate: %s.", estimateWords(d.Estimate))
	switch {
	case !d.Estimate.Known:
		est = c.Say("Estimate: n/a. It needs the head count of at least one day.")
	case d.Number > 1:
		est = c.Say("Estimate: %s, %s.", estimateWords(d.Estimate), dropWords(d.Drop))
	}
	return append(lines, est)
}

func dayWords(e sprints.Event, d attendance.Day) string {
	if d.SoFar {
		return sprints.DayTitle(e, d.Day) + " (so far)"
	}
	return sprints.DayTitle(e, d.Day)
}

func value(m attendance.Measure) string {
	if !m.Known {
		return "n/a"
	}
	return strconv.Itoa(m.Value)
}

func measure(name string, m attendance.Measure) string { return name + " " + value(m) }

func headWords(m attendance.Measure) string {
	if !m.Known {
		return "heads n/a"
	}
	return fmt.Sprintf("%d heads in %s", m.Value, count(m.Rooms, "room", "rooms"))
}

// estimateWords is "67 (62 to 73)"; a single measure has no range.
func estimateWords(e attendance.Estimate) string {
	switch {
	case !e.Known:
		return "n/a"
	case e.Sources < 2:
		return fmt.Sprintf("%d (one measure, no range)", e.Best)
	}
	return fmt.Sprintf("%d (%d to %d)", e.Best, e.Low, e.High)
}

// dropWords compares a day with the one before.
func dropWords(d attendance.Drop) string {
	switch {
	case !d.Known:
		return "drop-off n/a"
	case d.Percent == 0:
		return "as many as the day before"
	case d.Percent < 0:
		return fmt.Sprintf("%d %% more than the day before", -d.Percent)
	}
	return fmt.Sprintf("%d %% fewer than the day before", d.Percent)
}

func percent(s attendance.Share) string {
	if !s.Known() {
		return "n/a"
	}
	return fmt.Sprintf("%d %%", s.Percent())
}
