"""What passes between the checker's and the student's process: frames, arrays, handles, proxies."""
