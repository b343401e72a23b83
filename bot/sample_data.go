package main

import "strings"

// sampleProject is a made-up project with its table, who sits there, and its
// first issues.
type sampleProject struct {
	name, summary, langs, level string
	firstTimers                 bool
	setup                       int // minutes
	table                       string
	seated                      int
	lead                        string
	leadHere                    bool
	issues                      []sampleIssue
}

// sampleIssue is a made-up first issue; its tier follows from its labels.
type sampleIssue struct {
	number  int
	title   string
	labels  string // by commas
	minutes int    // 0 unknown
	age     int    // days
}

// sampleRoom is a room with its tables, as "B1 6".
type sampleRoom struct {
	code, name, floor string
	tables            []string
	counted           [2]int // heads: yesterday, today
}

func sampleRooms() []sampleRoom {
	return []sampleRoom{
		{"Atrium", "Atrium", "ground floor", []string{"A2 10", "A3 10"}, [2]int{30, 19}},
		{"301", "Room 301", "1st floor", []string{"B1 6", "B2 8", "B3 8", "B4 8", "B5 6"}, [2]int{38, 26}},
		{"302", "Room 302", "2nd floor", []string{"C1 8", "C2 6", "C3 10", "C4 8"}, [2]int{32, 23}},
		{"303", "Room 303", "2nd floor", []string{"D1 8", "D2 8", "D3 6"}, [2]int{28, 20}},
	}
}

// sampleTotals are lunches and devices: yesterday, today.
func sampleTotals() (lunch, wifi [2]int) { return [2]int{131, 93}, [2]int{150, 104} }

func sampleProjects() []sampleProject {
	return []sampleProject{
		{"Copperkettle", "Plan meals for a hundred people", "Python", "easy", true, 10, "C1", 6, "fennel", true, []sampleIssue{
			{203, "Sort the shopping list by shelf", "good first issue, 1h", 60, 12},
			{58, "Round the amounts to whole spoons", "easy", 60, 40},
			{217, "Say grams where the page says g", "good first issue, docs", 30, 5},
		}},
		{"Fernscript", "A first programming language for children", "TypeScript", "easy", true, 5, "A2", 7, "juniper", true, []sampleIssue{
			{311, "Draw a star in the tutorial", "first-timers-only, docs", 30, 3},
			{298, "A kinder word for a missing bracket", "good first issue", 60, 9},
			{305, "Translate the first lesson into your language", "translation, easy", 90, 15},
			{276, "Let the turtle walk backwards", "good first issue", 120, 33},
			{317, "Spell colour and color alike", "sprint", 60, 2},
		}},
		{"Hedgerow", "Street trees on open maps", "Python", "some Git", true, 20, "D1", 4, "linden", false, []sampleIssue{
			{141, "Show the tree's English name in the list", "good first issue", 60, 8},
			{129, "Add the oaks of your town to the example", "help wanted, docs", 45, 26},
		}},
		{"Lanternfish", "Read logs without drowning", "Go", "some Go", false, 15, "D3", 6, "pike", true, nil},
		{"Larkfield", "Names the bird you just heard", "Python", "easy", true, 15, "B3", 5, "wren", true, []sampleIssue{
			{812, "Fix the example on the install page", "sprint, docs", 30, 2},
			{820, "Tell the robin from the redstart in the test sounds", "good first issue", 120, 11},
			{797, "A quiet mode for libraries", "easy", 90, 30},
			{823, "Say which microphone is used", "good first issue", 60, 4},
		}},
		{"Mossgrow", "Small web sites that age well", "Go", "easy", true, 5, "D2", 3, "sorrel", true, []sampleIssue{
			{64, "Keep the old address when a page is renamed", "good first issue", 120, 18},
			{71, "Spelling in the third chapter of the guide", "first-timers-only, spelling", 30, 1},
			{69, "A template for a reading list", "help wanted", 90, 21},
		}},
		{"Nightjar", "Finds the tests that fail only sometimes", "Python", "some testing", false, 20, "B2", 8, "martin", true, []sampleIssue{
			{455, "Print the seed of the run that failed", "good first issue", 60, 7},
		}},
		{"Paperboat", "Forms that survive a bad connection", "Python, C", "easy", true, 30, "B5", 2, "reed", true, []sampleIssue{
			{88, "Say that the form was kept on this device", "good first issue, wording", 30, 6},
			{93, "A test with the network cut in the middle", "easy", 120, 13},
		}},
		{"Quillpad", "Write together, even offline", "TypeScript", "some TypeScript", false, 15, "C3", 6, "teasel", false, []sampleIssue{
			{402, "Undo should not take back the other writer's word", "good first issue", 180, 25},
			{411, "Show who is offline in words", "easy", 60, 10},
			{415, "The shortcut list misses three shortcuts", "docs", 30, 4},
			{398, "Remember the size of the window", "good first issue", 60, 36},
		}},
		{"Saltmarsh", "Water sensors for wetlands", "C, Python", "soldering welcome", false, 45, "C2", 5, "heron", true, nil},
		{"Tideline", "When the next low tide is, anywhere", "Rust", "some Rust", false, 25, "B1", 4, "dunlin", true, []sampleIssue{
			{37, "Two harbours have the same name", "good first issue", 60, 16},
			{42, "Show the time zone beside the time", "easy", 45, 5},
		}},
		{"Windowbox", "Web pages that everybody can use", "HTML", "easy", true, 0, "A3", 5, "poppy", true, []sampleIssue{
			{97, "Say what the close button does", "sprint, wording", 60, 3},
			{101, "Contrast of the quiet links", "good first issue", 60, 7},
			{95, "Describe the six pictures of the start page", "first-timers-only, no setup", 60, 14},
			{103, "The form forgets what was typed after an error", "good first issue", 120, 2},
			{90, "Try the menu with the keyboard and write down what fails", "help wanted", 90, 45},
		}},
	}
}

// sampleNicks are made-up nicknames, one a person, none of a lead.
func sampleNicks() []string {
	return strings.Fields(`aster alder avens basil bracken briar bryony burnet campion catkin celandine chervil chicory cicely
	clover columbine comfrey coot cornel crake curlew daisy darnel dill dipper dove eider elder finch flax foxtail gannet garlic
	gentian goldeneye gorse grebe harebell hawk hazel heath hobby holly hoopoe hornbeam hyssop iris ivy jackdaw jay kestrel kite
	knot lapwing larch lark lavender lilac linnet lovage lupin magpie mallow maple marjoram merlin mint mistle moss myrtle nettle
	nuthatch oak oriole osprey ouzel oxlip pansy parsley peony petrel pine pipit plover plum poplar privet puffin quince rail
	redpoll rook rose rowan rue ruff rush sage sedge serin shrike siskin smew snipe sparrow spruce starling stint stork swift
	tansy teal tern thistle thrift thrush thyme tit vetch viola willow yarrow yew`)
}
