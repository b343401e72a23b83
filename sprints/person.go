package sprints

import (
	"errors"
	"time"

	"sprintbot/sprints/chat"
)

// PersonID numbers a person.
type PersonID int64

// Person is somebody who asked the bot to remember something. Nobody is one
// before: looking and asking store nothing.
type Person struct {
	ID    PersonID
	Nick  string // the newest nick met; "" once forgotten
	Shown bool   // lets others read the nick on the board and in who
	Since time.Time
}

// Identity is a handle known to be a person's.
type Identity struct {
	Person  PersonID
	Network string
	Key     string // chat.Handle.ID
	Nick    string
	Seen    time.Time
}

// LinkCode joins the identity that sends it to the person who got it.
type LinkCode struct {
	Hash   string // of the code, never the code
	Person PersonID
	Until  time.Time
}

// Forgotten counts what went when somebody asked to be forgotten. Seats stay
// as numbers without anybody.
type Forgotten struct{ Identities, Claims, Seats, Leads int }

// Outdated says that h, as it speaks now, is one of these identities by
// another nick than the one that is kept.
func Outdated(ids []Identity, h chat.Handle) bool {
	if h.Nick == "" || h.Nick == h.ID || h.Bot { // no name, or one of many that a bot speaks for
		return false
	}
	for _, i := range ids {
		if i.Network == h.Network && i.Key == h.ID {
			return i.Nick != h.Nick
		}
	}
	return false
}

// KeepNick keeps what h is called now, if h is known at all: nobody becomes a
// person by being called something.
func KeepNick(tx interface {
	PersonOf(h chat.Handle) (Person, error)
	Identities(id PersonID) ([]Identity, error)
	Meet(h chat.Handle) (Person, error)
}, h chat.Handle) error {
	p, err := tx.PersonOf(h)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ids, err := tx.Identities(p.ID)
	if err == nil && Outdated(ids, h) {
		_, err = tx.Meet(h)
	}
	return err
}

// PersonReader looks people up.
type PersonReader interface {
	// PersonOf is the person whose identity h is, ErrNotFound if none is.
	PersonOf(h chat.Handle) (Person, error)
	Person(id PersonID) (Person, error)
	// People are all that are not forgotten, by number.
	People() ([]Person, error)
	// Identities of a person, newest seen first.
	Identities(id PersonID) ([]Identity, error)
	// Named are the identities on a network that go by a nick, in any case.
	Named(network, nick string) ([]Identity, error)
	// FailedLinks is how often h sent a wrong code since t. An h without ID is
	// everybody on its network, one without network everybody.
	FailedLinks(h chat.Handle, t time.Time) (int, error)
}

// PersonWriter changes people.
type PersonWriter interface {
	PersonReader
	// Meet finds or makes the person of h and keeps h's nick.
	Meet(h chat.Handle) (Person, error)
	ShowPerson(id PersonID, shown bool) error
	// AddLinkCode keeps a code; a person's earlier short-lived codes are dropped.
	AddLinkCode(LinkCode) error
	// TakeLinkCode uses a code up, ErrNotFound if it is unknown, used or over.
	TakeLinkCode(hash string) (LinkCode, error)
	// FailedLink counts a wrong code sent by h.
	FailedLink(h chat.Handle) error
	// JoinPersons gives all that gone has (identities, leads, claims, seats) to
	// keep. Where both have an open seat or claim, keep's newest stays and the
	// other is closed.
	JoinPersons(keep, gone PersonID) error
	// DropIdentity makes h nobody's: a browser that signed out, or got a new
	// session. What its person has stays theirs. An unknown h is no error.
	DropIdentity(h chat.Handle) error
	// ForgetPerson deletes identities, codes, lists, questions, claims and
	// leads of a person, the nick, and the words of all identities; seats stay
	// without a name.
	ForgetPerson(id PersonID) (Forgotten, error)
	// ForgetWords removes all that h said, quotes of it, and answers to h: from
	// rows, which are not sent if they wait, and from pages. It returns how many
	// there were. What was listed to and asked of h goes too.
	ForgetWords(h chat.Handle) (int, error)
	// EndGuests closes what lasts only as long as a connection: private rows
	// waiting for the guest's handle. Seats stay until the day's end.
	EndGuest(h chat.Handle) error
}
