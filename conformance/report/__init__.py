"""What a run leaves behind: report.json for programs, junit.xml for CI, index.html for people."""
