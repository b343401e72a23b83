package main

import (
	"crypto/sha256"
	"log/slog"
	"sync"

	"sprintbot/bot/charts"
	"sprintbot/sprints"
	"sprintbot/sprints/attendance"
	"sprintbot/sprints/chat"
)

// charted draws and keeps the chart of attendance; pages is the page's public
// address, "" none. One that can't be drawn is left out: the answer says the
// same in words. The figures are known only in the command's transaction, where
// all others' writes wait for the drawing: so what was drawn last is drawn once.
func charted(pages string, log *slog.Logger) func(sprints.Tx, sprints.Event, []attendance.Day) (*chat.Picture, error) {
	var last drawn
	return func(tx sprints.Tx, e sprints.Event, days []attendance.Day) (*chat.Picture, error) {
		c, ok := charts.Attendance(e, days)
		if !ok {
			return nil, nil
		}
		png, err := last.png(c, charts.Chart.PNG)
		if err != nil {
			log.Error("a chart can't be drawn", "error", err)
			return nil, nil
		}
		return sprints.KeepPicture(tx, pages, c.Title, c.Alt, png)
	}
}

// drawn is the PNG of the chart that was drawn last.
type drawn struct {
	mu   sync.Mutex
	of   [sha256.Size]byte // its SVG, which is cheap and shows the same
	body []byte
}

// png has draw draw c, if that is another chart than the last.
func (d *drawn) png(c charts.Chart, draw func(charts.Chart) ([]byte, error)) ([]byte, error) {
	sum := sha256.New()
	if err := c.SVG(sum, charts.PNGWidth); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	of := [sha256.Size]byte(sum.Sum(nil))
	if d.body != nil && d.of == of {
		return d.body, nil
	}
	body, err := draw(c)
	if err == nil {
		d.of, d.body = of, body
	}
	return body, err
}
