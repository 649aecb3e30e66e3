"""Takes reading lists over: the exports of read-later programs, bookmark files, and bookmarks of social networks."""
