"""The tests of the suite itself; deliberately wrong targets are its real coverage."""

# pytester forgets what was first imported in a run of its own, and libyaml cannot be loaded twice:
# its second Python half would not know the events of the first.
import yaml  # noqa: F401
