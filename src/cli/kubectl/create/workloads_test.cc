// What kubectl 1.32 prints for workloads and Services that it makes without asking a cluster.
#include "cli/kubectl/command_testing.h"

namespace proa::cli::kubectl {
namespace {

struct Line {
  const char *words, *text;
};

constexpr Line kLines[] = {
    {"create cronjob tick --image=busybox:1.36 --schedule=@daily --dry-run=client -o yaml -- date +%s",
     R"(apiVersion: batch/v1
kind: CronJob
metadata:
  creationTimestamp: null
  name: tick
spec:
  jobTemplate:
    metadata:
      creationTimestamp: null
      name: tick
    spec:
      template:
        metadata:
          creationTimestamp: null
        spec:
          containers:
          - command:
            - date
            - +%s
            image: busybox:1.36
            name: tick
            resources: {}
          restartPolicy: OnFailure
  schedule: '@daily'
status: {}
)"},
    {"create deployment web --image=nginx --dry-run=client -o yaml",
     R"(apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: null
  labels:
    app: web
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  strategy: {}
  template:
    metadata:
      creationTimestamp: null
      labels:
        app: web
    spec:
      containers:
      - image: nginx
        name: nginx
        resources: {}
status: {}
)"},
    {"create deployment web --image=nginx:1.25 --replicas=3 --port=8080 --dry-run=client -o yaml",
     R"(apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: null
  labels:
    app: web
  name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  strategy: {}
  template:
    metadata:
      creationTimestamp: null
      labels:
        app: web
    spec:
      containers:
      - image: nginx:1.25
        name: nginx
        ports:
        - containerPort: 8080
        resources: {}
status: {}
)"},
    {"create deployment web --image=a/b:1 --image=c/d:2 --dry-run=client -o yaml",
     R"(apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: null
  labels:
    app: web
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  strategy: {}
  template:
    metadata:
      creationTimestamp: null
      labels:
        app: web
    spec:
      containers:
      - image: a/b:1
        name: b
        resources: {}
      - image: c/d:2
        name: d
        resources: {}
status: {}
)"},
    {"create deployment web --image=a --image=b --port=80 --dry-run=client -o yaml",
     R"(apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: null
  labels:
    app: web
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  strategy: {}
  template:
    metadata:
      creationTimestamp: null
      labels:
        app: web
    spec:
      containers:
      - image: a
        name: a
        ports:
        - containerPort: 80
        resources: {}
      - image: b
        name: b
        resources: {}
status: {}
)"},
    {"create deployment web --image=busybox --dry-run=client -o name",
     R"(deployment.apps/web
)"},
    {"create deployment web --image=busybox --dry-run=client",
     R"(deployment.apps/web created (dry run)
)"},
    {"create deployment web --image=nginx --replicas=-1 --dry-run=client -o yaml",
     R"(apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: null
  labels:
    app: web
  name: web
spec:
  replicas: -1
  selector:
    matchLabels:
      app: web
  strategy: {}
  template:
    metadata:
      creationTimestamp: null
      labels:
        app: web
    spec:
      containers:
      - image: nginx
        name: nginx
        resources: {}
status: {}
)"},
    {"create deployment web --image=nginx --dry-run=client -o jsonpath={.spec.replicas}", R"(1)"},
    {"create deployment web --image=nginx --dry-run=client -o go-template={{.metadata.name}}", R"(web)"},
    {"create deployment web --image=Nginx --dry-run=client -o yaml",
     R"(apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: null
  labels:
    app: web
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  strategy: {}
  template:
    metadata:
      creationTimestamp: null
      labels:
        app: web
    spec:
      containers:
      - image: Nginx
        name: Nginx
        resources: {}
status: {}
)"},
    {"create deployment web --image=localhost:5000/team/app@sha256:abc --dry-run=client -o yaml",
     R"(apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: null
  labels:
    app: web
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  strategy: {}
  template:
    metadata:
      creationTimestamp: null
      labels:
        app: web
    spec:
      containers:
      - image: localhost:5000/team/app@sha256:abc
        name: app
        resources: {}
status: {}
)"},
    {"create deployment web -n other --image=nginx --dry-run=client -o yaml",
     R"(apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: null
  labels:
    app: web
  name: web
  namespace: other
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  strategy: {}
  template:
    metadata:
      creationTimestamp: null
      labels:
        app: web
    spec:
      containers:
      - image: nginx
        name: nginx
        resources: {}
status: {}
)"},
    {"create service clusterip s --tcp=80 --dry-run=client -o yaml",
     R"(apiVersion: v1
kind: Service
metadata:
  creationTimestamp: null
  labels:
    app: s
  name: s
spec:
  ports:
  - name: "80"
    port: 80
    protocol: TCP
    targetPort: 80
  selector:
    app: s
  type: ClusterIP
status:
  loadBalancer: {}
)"},
    {"create service clusterip s --tcp=80:8080 --tcp=443:https --dry-run=client -o yaml",
     R"(apiVersion: v1
kind: Service
metadata:
  creationTimestamp: null
  labels:
    app: s
  name: s
spec:
  ports:
  - name: 80-8080
    port: 80
    protocol: TCP
    targetPort: 8080
  - name: 443-https
    port: 443
    protocol: TCP
    targetPort: https
  selector:
    app: s
  type: ClusterIP
status:
  loadBalancer: {}
)"},
    {"create service clusterip s --clusterip=None --dry-run=client -o yaml",
     R"(apiVersion: v1
kind: Service
metadata:
  creationTimestamp: null
  labels:
    app: s
  name: s
spec:
  clusterIP: None
  selector:
    app: s
  type: ClusterIP
status:
  loadBalancer: {}
)"},
    {"create service nodeport s --tcp=80:80 --node-port=30080 --dry-run=client -o yaml",
     R"(apiVersion: v1
kind: Service
metadata:
  creationTimestamp: null
  labels:
    app: s
  name: s
spec:
  ports:
  - name: 80-80
    nodePort: 30080
    port: 80
    protocol: TCP
    targetPort: 80
  selector:
    app: s
  type: NodePort
status:
  loadBalancer: {}
)"},
    {"create service loadbalancer s --tcp=80:8080 --dry-run=client -o yaml",
     R"(apiVersion: v1
kind: Service
metadata:
  creationTimestamp: null
  labels:
    app: s
  name: s
spec:
  ports:
  - name: 80-8080
    port: 80
    protocol: TCP
    targetPort: 8080
  selector:
    app: s
  type: LoadBalancer
status:
  loadBalancer: {}
)"},
    {"create service externalname s --external-name=example.org --dry-run=client -o yaml",
     R"(apiVersion: v1
kind: Service
metadata:
  creationTimestamp: null
  labels:
    app: s
  name: s
spec:
  externalName: example.org
  selector:
    app: s
  type: ExternalName
status:
  loadBalancer: {}
)"},
    {"create service externalname s --external-name=example.org --tcp=80 --dry-run=client -o yaml",
     R"(apiVersion: v1
kind: Service
metadata:
  creationTimestamp: null
  labels:
    app: s
  name: s
spec:
  externalName: example.org
  ports:
  - name: "80"
    port: 80
    protocol: TCP
    targetPort: 80
  selector:
    app: s
  type: ExternalName
status:
  loadBalancer: {}
)"},
    {"create job j --image=busybox --dry-run=client -o yaml",
     R"(apiVersion: batch/v1
kind: Job
metadata:
  creationTimestamp: null
  name: j
spec:
  template:
    metadata:
      creationTimestamp: null
    spec:
      containers:
      - image: busybox
        name: j
        resources: {}
      restartPolicy: Never
status: {}
)"},
};

using CreateWorkloadTest = CommandTest;

TEST_F(CreateWorkloadTest, prints_what_it_would_create) {
  for (const Line& line : kLines) {
    const Outcome outcome = run(line.words);
    EXPECT_EQ(outcome.code, 0) << line.words << outcome.err;
    EXPECT_EQ(outcome.out, line.text) << line.words;
  }
}

}  // namespace
}  // namespace proa::cli::kubectl
