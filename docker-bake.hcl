# docker buildx bake: every image. docker buildx bake sbom: what each is made of, as build/sbom/ROLE/sbom.json.
variable "VERSION" { default = "0.1.0" }
variable "REVISION" { default = "unknown" }
variable "REGISTRY" { default = "" }
variable "BASE" { default = "debian:12.12-slim" }
variable "LIBRARIES" { default = "numpy" }
# Where torch for CPUs and for GPUs is found.
variable "TORCH_INDEX" { default = "https://download.pytorch.org/whl/cpu" }
variable "TORCH_GPU_INDEX" { default = "https://pypi.org/simple" }
variable "VLLM" { default = "vllm==0.32.0" }

group "default" { targets = ["core", "sandbox", "serve", "rollout", "train"] }

target "image" {
  context = "."
  args = { BASE = BASE, VERSION = VERSION, REVISION = REVISION }
}

target "core" {
  inherits = ["image"]
  dockerfile = "images/core/Dockerfile"
  args = { TORCH_INDEX = TORCH_INDEX }
  tags = ["${REGISTRY}astor-core:${VERSION}"]
}

target "sandbox" {
  inherits = ["image"]
  dockerfile = "images/sandbox/Dockerfile"
  args = { LIBRARIES = LIBRARIES }
  tags = ["${REGISTRY}astor-sandbox:${VERSION}"]
}

target "serve" {
  inherits = ["image"]
  dockerfile = "images/serve/Dockerfile"
  args = { TORCH_INDEX = TORCH_INDEX }
  tags = ["${REGISTRY}astor-serve:${VERSION}"]
}

target "rollout" {
  inherits = ["image"]
  dockerfile = "images/rollout/Dockerfile"
  contexts = { core = "target:core" }
  args = { BASE = "core", VLLM = VLLM, TORCH_INDEX = TORCH_GPU_INDEX }
  tags = ["${REGISTRY}astor-rollout:${VERSION}"]
}

target "train" {
  inherits = ["image"]
  dockerfile = "images/train/Dockerfile"
  args = { TORCH_INDEX = TORCH_GPU_INDEX }
  tags = ["${REGISTRY}astor-train:${VERSION}"]
}

target "sbom" {
  name = "${role}-sbom"
  matrix = { role = ["core", "sandbox", "serve", "rollout", "train"] }
  inherits = [role]
  target = "sbom"
  output = ["type=local,dest=build/sbom/${role}"]
}
