"""The people and organisations: who exists, who may do what, how they prove who they are."""
