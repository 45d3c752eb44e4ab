package policy

// Operation is something that an API does: a method of a path, a call, a field of a query.
type Operation struct {
	Name    string // as the spec names it: POST /aws/accounts, CreateAccount
	Words   string // all that names and describes it, to be searched
	Place   Place
	Writes  bool  // creates or changes something
	Reads   bool  // returns what is there
	Get     bool  // by a method that links and prefetching call
	Secured Truth // whether a caller has to say who they are; Open if the spec has no security at all
	Takes   []Field
	Returns []Field
}

// Field is a value that goes over an API.
type Field struct {
	Name   string
	Words  string // its description, and what the schema around it is called
	Place  Place
	Beside []string // the fields of the same schema
	Fixed  bool     // a caller cannot set it: readOnly, OUTPUT_ONLY
	Hidden bool     // it is never returned: writeOnly
	Where  string   // body, path, query, header
}
