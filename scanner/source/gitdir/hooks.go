package gitdir

import (
	"os"
	"path/filepath"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// HooksPath returns the directory that git looks for hooks in; shared says that the
// user's own configuration names it, for all repositories.
func (d *Dir) HooksPath() (dir string, shared bool) {
	base := d.WorkTree
	if base == "" {
		base = d.Git
	}
	if path := d.Config.settings.text("core", "hookspath"); path != "" {
		dir = absolute(ExpandHome(path), base)
		return dir, !inside(dir, base) && !inside(dir, d.Common)
	}
	if path := d.userSetting("core", "hookspath"); path != "" {
		path = ExpandHome(path)
		return absolute(path, base), filepath.IsAbs(path)
	}
	return filepath.Join(d.Common, "hooks"), false
}

// userSetting returns a setting of the user's own configuration, or of the system's.
func (d *Dir) userSetting(section, key string) string {
	for _, file := range userConfigs() {
		var c Config
		if err := c.read(d, file, 0); err == nil && c.settings.text(section, key) != "" {
			return c.settings.text(section, key)
		}
	}
	return ""
}

// userConfigs lists the files of the user's and the system's configuration, those that
// count most first.
func userConfigs() []string {
	var files []string
	if file, set := os.LookupEnv("GIT_CONFIG_GLOBAL"); set {
		files = append(files, file)
	} else if home, err := os.UserHomeDir(); err == nil {
		files = append(files, filepath.Join(home, ".gitconfig"), filepath.Join(xdgConfig(home), "git", "config"))
	}
	if system, set := os.LookupEnv("GIT_CONFIG_SYSTEM"); set {
		return append(files, system)
	}
	if no := os.Getenv("GIT_CONFIG_NOSYSTEM"); no != "" && no != "0" && no != "false" {
		return files
	}
	return append(files, "/etc/gitconfig")
}

func xdgConfig(home string) string {
	if xdg := os.Getenv("XDG_CONFIG_HOME"); xdg != "" {
		return xdg
	}
	return filepath.Join(home, ".config")
}

// Has reports whether the object with a hexadecimal name is here.
func (d *Dir) Has(hex string) bool {
	id, ok := objects.ParseID(hex)
	if !ok {
		return false
	}
	db, err := objects.Open(d.Common, objects.Options{Further: d.FurtherObjects()})
	if err != nil {
		return false
	}
	defer func() { _ = db.Close() }() // it was only read
	return db.Has(id)
}
