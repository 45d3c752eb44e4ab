package objects

import "io"

// Load reads a blob, or prepares to stream it if it is large.
func Load(db *Database, id ID) (*Object, error) {
	size, err := db.Size(id)
	if err != nil {
		return nil, err
	}
	o := &Object{ID: id, Kind: Blob, Size: size}
	if size > db.hold {
		o.Open = func() (io.ReadCloser, error) { return db.Open(id) }
		return o, nil
	}
	if o.Kind, o.Data, err = db.Read(id); err != nil {
		return nil, err
	}
	if o.Data == nil {
		o.Data = []byte{}
	}
	return o, nil
}

// Paths looks paths up in trees, reading each tree once. It is for one
// goroutine.
type Paths struct {
	DB    *Database
	trees map[ID]map[string]Entry
}

// Find returns what stands at a slash-separated path below a tree; false if
// nothing does or a tree cannot be read.
func (p *Paths) Find(tree ID, path string) (Entry, bool) {
	for {
		name, rest, deeper := cutPath(path)
		e, ok := p.read(tree)[name]
		if !ok || !deeper {
			return e, ok
		}
		if !e.Mode.IsTree() {
			return Entry{}, false
		}
		tree, path = e.OID, rest
	}
}

func cutPath(path string) (name, rest string, deeper bool) {
	for i := range len(path) {
		if path[i] == '/' {
			return path[:i], path[i+1:], true
		}
	}
	return path, "", false
}

func (p *Paths) read(tree ID) map[string]Entry {
	if entries, ok := p.trees[tree]; ok {
		return entries
	}
	entries := map[string]Entry{}
	if _, data, err := p.DB.Read(tree); err == nil {
		// What a damaged tree still says is used; the scan tells of the damage.
		_ = EachEntry(data, p.DB.IDSize(), func(e Entry) bool {
			entries[string(e.Name)] = e
			return true
		})
	}
	if p.trees == nil {
		p.trees = map[ID]map[string]Entry{}
	}
	p.trees[tree] = entries
	return entries
}
