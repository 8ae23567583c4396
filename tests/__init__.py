"""The tests of the suite itself; deliberately wrong targets are its real coverage."""
