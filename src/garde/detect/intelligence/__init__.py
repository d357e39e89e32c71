"""What others know: indicators of compromise, Sigma rules, YARA rules, files that are not what they seem."""
