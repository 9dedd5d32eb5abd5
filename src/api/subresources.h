// Subresources beyond plain objects, one file per family, and the kinds that are questions rather than objects.
#pragma once

#include "api/exchange.h"

namespace proa::api {

/// status, scale, binding, eviction, token, finalize, log, exec, attach, portforward, ephemeralcontainers, resize, approval.
void serve_subresource(const ExchangePtr& exchange);

/// SelfSubjectAccessReview, SubjectAccessReview, SelfSubjectRulesReview, SelfSubjectReview, TokenReview. False when
/// the kind is none of these.
bool serve_review(const ExchangePtr& exchange);

// scale.cc: autoscaling/v1 Scale of deployments, replicasets, statefulsets, replicationcontrollers.
void serve_scale(const ExchangePtr& exchange);
/// The Scale of an object.
object::Value scale_of(object::View object, const schema::KindInfo& kind);
/// The change of an object that a Scale asks for. Error 409 when the Scale's resourceVersion is not the object's.
Change scale_change(const Target& target, object::Value scale);

// binding.cc
void serve_binding(const ExchangePtr& exchange);
void bind_pod(Core& core, Target target, CallPtr call, const object::Value& binding, StoredDone done);

// eviction.cc
void serve_eviction(const ExchangePtr& exchange);

// token_request.cc
void serve_token(const ExchangePtr& exchange);
/// Signs a token for the ServiceAccount `target` names; the result is the TokenRequest with its status.
Result<object::Value> make_token(Core& core, const Target& target, object::Value request);

// finalize.cc
void serve_finalize(const ExchangePtr& exchange);
void finalize(Core& core, Target target, CallPtr call, object::Value object, StoredDone done);

// pod_log.cc, pod_exec.cc
void serve_pod_log(const ExchangePtr& exchange);
void serve_pod_exec(const ExchangePtr& exchange);
void serve_pod_port_forward(const ExchangePtr& exchange);

}  // namespace proa::api
