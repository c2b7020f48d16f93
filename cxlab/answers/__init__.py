"""The answer of each notebook: verdict, three facts and the decision, put into words."""
