"""The commands of `nahbei`, in groups. Each wires parts together, nothing else."""
