"""The pages in the browser, on which people see what an application sent."""
