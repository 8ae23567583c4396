"""Targets that do what no target should, as data: see `behaviour` for a row's form.

python -m tests.hostile.mutations --count 100000 --seed 0    mutated answers, by hand
python -m tests.hostile.kills --count 60                     runs killed at random moments
python -m tests.hostile.memory                               resident memory and deadlines
"""
