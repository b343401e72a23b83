package main

import (
	"log/slog"

	"sprintbot/bot/charts"
	"sprintbot/sprints"
	"sprintbot/sprints/attendance"
	"sprintbot/sprints/chat"
)

// charted draws and keeps the chart of attendance; pages is the page's public
// address, "" none. One that can't be drawn is left out: the answer says the
// same in words.
func charted(pages string, log *slog.Logger) func(sprints.Tx, sprints.Event, []attendance.Day) (*chat.Picture, error) {
	return func(tx sprints.Tx, e sprints.Event, days []attendance.Day) (*chat.Picture, error) {
		c, ok := charts.Attendance(e, days)
		if !ok {
			return nil, nil
		}
		png, err := c.PNG()
		if err != nil {
			log.Error("a chart can't be drawn", "error", err)
			return nil, nil
		}
		return sprints.KeepPicture(tx, pages, c.Title, c.Alt, png)
	}
}
