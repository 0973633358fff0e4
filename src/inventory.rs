//! Walks the evidence, hashes each file, tells its encoding and container. Reads only; follows no symlink out of the evidence.
