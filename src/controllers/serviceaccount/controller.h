// What every namespace has: the ServiceAccount "default", and the ConfigMap "kube-root-ca.crt" with the CA that pods check the
// API server by. Both are made when a namespace appears and again when somebody deletes them; the ConfigMap's text is put right when it differs.
//
// Source: k8s.io/kubernetes pkg/controller/serviceaccount, pkg/controller/certificates/rootcacertpublisher.
#pragma once

#include <memory>
#include <string>

#include "controllers/controller.h"

namespace proa::controllers::serviceaccount {

/// `root_ca_pem` empty: no ConfigMap.
std::unique_ptr<Controller> make_controller(const Parts& parts, std::string root_ca_pem);

}  // namespace proa::controllers::serviceaccount
