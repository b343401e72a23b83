package relay

// Places is how many places a Sender that has ended still holds in memory.
func (s *Sender) Places() int { return max(len(s.queues), len(s.order)) }

// Sum is the news of a minute, for tests of its words.
var Sum = sum

// Hold is how many rows a Sender holds in memory, and then of each place; it is
// called before Run.
func (s *Sender) Hold(ahead, share int) { s.ahead, s.share = ahead, share }
