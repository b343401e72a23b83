package web

// plateSize is the class of a plate for a code of this length.
func plateSize(code string) string {
	switch n := len([]rune(code)); {
	case n <= 3:
		return "plate"
	case n <= 5:
		return "plate long"
	}
	return "plate longer"
}

// pip is one seat drawn.
type pip struct {
	X     int
	Taken bool
}

// Edge is where the outline of a free seat begins.
func (p pip) Edge() string { return itoa(p.X) + ".6" }

// pipsMax is how many seats are drawn one by one; more are a bar.
const pipsMax = 12

func pips(seats, taken int) []pip {
	if seats > pipsMax {
		return nil
	}
	ps := make([]pip, seats)
	for i := range ps {
		ps[i] = pip{i * 12, i < taken}
	}
	return ps
}

// bar is the length of the taken part of a bar of a length.
func bar(seats, taken, length int) int {
	if seats == 0 {
		return 0
	}
	return min(length, length*taken/seats)
}
