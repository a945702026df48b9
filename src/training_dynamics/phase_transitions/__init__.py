"""Phase transitions: a solvable magnet, online teacher-student learning, storage, wide linear networks, and folds under decay."""
