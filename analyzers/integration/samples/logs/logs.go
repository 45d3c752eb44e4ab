// Package logs has each logger say too much once, and once not.
package logs

import (
	"context"

	apex "github.com/apex/log"
	charm "github.com/charmbracelet/log"
	gokit "github.com/go-kit/log"
	"github.com/go-logr/logr"
	"github.com/golang/glog"
	"github.com/hashicorp/go-hclog"
	"github.com/rs/zerolog"
	zlog "github.com/rs/zerolog/log"
	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
	"k8s.io/klog/v2"

	"example.com/samples/model"
)

func zaps(l *zap.Logger, in model.Link) {
	l.Info("connected", zap.String("xid", in.ExternalID)) // planted: idlogged
	l.Info("connected", zap.Any("link", in))              // planted: idlogged
	l.Info("connected", zap.String("role", in.RoleARN))   // decoy: the role
	l.With(zap.String("xid", model.Mask(in.ExternalID)))  // decoy: masked
	s := l.Sugar()
	s.Infow("connected", "xid", in.ExternalID)    // planted: idlogged
	s.Debugf("connected with %s", in.ExternalID)  // planted: idlogged
	s.Errorw("not connected", "role", in.RoleARN) // decoy: the role
}

func zerologs(l zerolog.Logger, in model.Link) {
	l.Info().Str("role", in.RoleARN).Str("xid", in.ExternalID).Msg("connected") // planted: idlogged
	l.Info().Interface("link", in).Msg("connected")                             // planted: idlogged
	l.Info().Str("role", in.RoleARN).Msg("connected")                           // decoy: the role
	zlog.Warn().Msgf("cannot use %s", in.ExternalID)                            // planted: idlogged
	zlog.Warn().Int("length", len(in.ExternalID)).Send()                        // decoy: its length
	child := l.With().Str("xid", in.ExternalID).Logger()                        // planted: idlogged
	child.Info().Msg("hello")                                                   // decoy: said above
}

func logruses(l *logrus.Logger, in model.Link) {
	l.WithField("xid", in.ExternalID).Info("connected")       // planted: idlogged
	l.WithFields(logrus.Fields{"link": in}).Info("connected") // planted: idlogged
	l.WithField("role", in.RoleARN).Info("connected")         // decoy: the role
	logrus.Debugf("%+v", in)                                  // planted: idlogged
	logrus.Debugf("%s", in.RoleARN)                           // decoy: the role
}

func klogs(ctx context.Context, in model.Link) {
	klog.Infof("connected with %s", in.ExternalID)                                                 // planted: idlogged
	klog.InfoS("connected", "link", in)                                                            // planted: idlogged
	klog.V(4).Info("connected", in.ExternalID)                                                     // planted: idlogged
	klog.FromContext(ctx).Info("connected", "xid", in.ExternalID)                                  // planted: idlogged
	klog.V(4).InfoS("connected", "role", in.RoleARN)                                               // decoy: the role
	klog.ErrorS(nil, "not connected", "hasExternalID", in.ExternalID != "")                        // decoy: whether there is one
	glog.Warningf("cannot use %q", in.ExternalID)                                                  // planted: idlogged
	glog.V(2).Infof("cannot use %q", in.RoleARN)                                                   // decoy: the role
	glog.V(2).Infof("cannot use %q, ends in %s", in.RoleARN, in.ExternalID[len(in.ExternalID)-4:]) // decoy: how it ends
}

func logrs(l logr.Logger, in model.Link) {
	l.WithValues("xid", in.ExternalID).Info("connected") // planted: idlogged
	l.V(1).Info("connected", "link", in)                 // planted: idlogged
	l.Error(nil, "not connected", "role", in.RoleARN)    // decoy: the role
}

func hclogs(l hclog.Logger, in model.Link) {
	l.Debug("connected", "xid", in.ExternalID)   // planted: idlogged
	l.With("xid", in.ExternalID).Info("hello")   // planted: idlogged
	l.Info("connected", "role", in.RoleARN)      // decoy: the role
	hclog.L().Warn("cannot use", in.ExternalID)  // planted: idlogged
	hclog.Default().Warn("cannot use", "id", in) // planted: idlogged
}

func gokits(l gokit.Logger, in model.Link) {
	_ = l.Log("msg", "connected", "xid", in.ExternalID)    // planted: idlogged
	_ = gokit.With(l, "xid", in.ExternalID).Log("m", "hi") // planted: idlogged
	_ = l.Log("msg", "connected", "role", in.RoleARN)      // decoy: the role
}

func apexes(in model.Link) {
	apex.WithField("xid", in.ExternalID).Info("connected")   // planted: idlogged
	apex.WithFields(apex.Fields{"link": in}).Info("hello")   // planted: idlogged
	apex.WithField("role", in.RoleARN).Info("connected")     // decoy: the role
	apex.Infof("connected %s with %s", in.ID, in.ExternalID) // planted: idlogged
	apex.Infof("connected %s as %s", in.ID, in.RoleARN)      // decoy: the role
}

func charms(l *charm.Logger, in model.Link) {
	l.Info("connected", "xid", in.ExternalID)       // planted: idlogged
	charm.Debugf("connected with %s", in)           // planted: idlogged
	l.With("role", in.RoleARN).Info("connected")    // decoy: the role
	charm.Warn("not connected", "role", in.RoleARN) // decoy: the role
}
