package chat

import "time"

// Lesson is how fast a server was found to bear the bot, which goes no faster.
// The zero value is that nothing was learned.
type Lesson struct {
	Every time.Duration // one part each, slower than without the lesson
	At    time.Time     // when it was learned, or when the last of it was forgotten
}

// Harder is what is known after one refusal more for speaking too fast: half as
// fast as before, but not slower than one part each most. Without a lesson it
// would be one each every.
func (l Lesson) Harder(now time.Time, every, most time.Duration) Lesson {
	return Lesson{max(every, min(most, 2*max(every, l.Every))), now}
}

// Milder forgets half of l when it is as old as after: a limit may have been
// lifted, or was never about us. Without a lesson it would be one each every.
func (l Lesson) Milder(now time.Time, every, after time.Duration) Lesson {
	switch {
	case l.Every == 0 || now.Sub(l.At) < after:
		return l
	case l.Every/2 <= every:
		return Lesson{}
	}
	return Lesson{l.Every / 2, now}
}
